# SPDX-License-Identifier: MIT
"""Runs bench/src/load.c and reads what it measured."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

from . import host
from .failure import BenchFailure
from .servers import PROGRAMS, Server

_MARGIN_SECONDS = 60


@dataclass(frozen=True)
class Shape:
    """What the load generator asks: NOOPs of `payload` bytes, `depth` under way on each connection."""

    connections: int
    payload: int
    depth: int


@dataclass(frozen=True)
class Outcome:
    """What came of it; times in microseconds."""

    per_second: float
    p50: float
    p99: float
    server_cpu: float  # for one answer, all threads


def apply_load(server: Server, shape: Shape, warmup_ms: int, duration_ms: int) -> Outcome:
    """Loads a server for a while.

    Raises:
        BenchFailure: it answered wrongly, not at all, or is gone.
    """
    command = [str(PROGRAMS / "load"), "--socket", server.socket]
    for name, value in (
        ("connections", shape.connections),
        ("payload", shape.payload),
        ("depth", shape.depth),
        ("warmup", warmup_ms),
        ("duration", duration_ms),
    ):
        command += [f"--{name}", str(value)]
    server.check_alive()
    cpu_before = host.cpu_seconds(server.pid)
    timeout = (warmup_ms + duration_ms) / 1000 + _MARGIN_SECONDS
    run = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if run.returncode != 0:
        server.check_alive()
        raise BenchFailure(f"{shape} against the {server.name}: {run.stderr.strip()}")
    cpu = host.cpu_seconds(server.pid) - cpu_before
    measured = json.loads(run.stdout)
    if measured["answers"] == 0:
        raise BenchFailure(f"{shape} against the {server.name}: not one answer in {duration_ms} ms")
    return Outcome(
        measured["answers"] / measured["seconds"],
        measured["p50_us"],
        measured["p99_us"],
        cpu / measured["all_answers"] * 1e6,
    )
