# SPDX-License-Identifier: MIT
"""How much is measured: --quick, the default, --full."""

from __future__ import annotations

from dataclasses import dataclass

from common.load import Shape

CONNECTIONS = (1, 8, 64, 256)
PAYLOADS = (64, 16 * 1024)
DEPTHS = (1, 16)

# The shapes that have targets come last: the first ones of the next number of idle connections are measured right
# after them, so that the two can be compared.
_SHAPES = sorted(
    (Shape(connections, payload, depth) for payload in PAYLOADS for depth in DEPTHS for connections in CONNECTIONS),
    key=lambda shape: (-shape.payload, -shape.depth, shape.connections),
)
_AIMED = [shape for shape in _SHAPES if shape.payload == PAYLOADS[0] and shape.connections > 1]
_AIMED_DEPTH_1 = [shape for shape in _AIMED if shape.depth == 1]


@dataclass(frozen=True)
class Settings:
    """Sizes of one run.

    Attributes:
        shapes: by number of idle connections, ascending: what is asked besides them.
        rounds: how often each shape is measured, kernel and C server in turn.
        spawns: agents of each kind that are started.
        commands: runs of `agentos ps`.
    """

    shapes: dict[int, list[Shape]]
    rounds: int
    warmup_ms: int
    duration_ms: int
    spawns: int
    commands: int


QUICK = Settings({0: _AIMED, 5000: _AIMED_DEPTH_1}, rounds=3, warmup_ms=60, duration_ms=200, spawns=10, commands=5)
DEFAULT = Settings(
    {0: _SHAPES, 1000: _AIMED_DEPTH_1, 5000: _AIMED_DEPTH_1},
    rounds=6,
    warmup_ms=100,
    duration_ms=350,
    spawns=30,
    commands=20,
)
FULL = Settings(
    {0: _SHAPES, 1000: _SHAPES, 5000: _SHAPES}, rounds=8, warmup_ms=200, duration_ms=1000, spawns=100, commands=50
)
