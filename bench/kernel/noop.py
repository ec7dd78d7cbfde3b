# SPDX-License-Identifier: MIT
"""NOOP: throughput and latency beside those of a C server that does the same work."""

from __future__ import annotations

import contextlib
import statistics
from dataclasses import asdict, dataclass

from common import host
from common.idle import IdleConnections
from common.load import Outcome, Shape, apply_load
from common.report import Figure, Report, Target
from common.servers import EchoServer, Kernel, Server

from .settings import Settings

_DEPTH_1_TARGET = Target(0.8, at_least=True)
_PIPELINED_TARGET = Target(0.7, at_least=True)
_IDLE_TARGET = Target(1.1)
_IDLE_TARGET_CONNECTIONS = 5000

# A JVM is slow until it has compiled what it does: as long as this altogether, before anything is measured.
_JVM_WARMUP = [Shape(64, 64, 1), Shape(64, 64, 16), Shape(8, 16 * 1024, 16), Shape(8, 64, 1)]
_JVM_WARMUP_MS = 700

# Besides the idle connections of one server: those of the load, files, pipes.
_SPARE_DESCRIPTORS = 1000


@dataclass(frozen=True)
class Pair:
    """What one round measured, one right after the other."""

    kernel: Outcome
    echo: Outcome

    @property
    def ratio(self) -> float:
        return self.kernel.per_second / self.echo.per_second


Rounds = dict[tuple[int, Shape], list[Pair]]


def measure(report: Report, settings: Settings) -> None:
    report.heading("NOOP, closed loop: the kernel beside a C epoll echo server of the same wire format")
    with Kernel() as kernel, EchoServer() as echo:
        report.progress("warming up the JVM")
        for shape in _JVM_WARMUP:
            apply_load(kernel, shape, 1, _JVM_WARMUP_MS)
        rounds: Rounds = {}
        levels = _affordable(report, settings)
        for number in range(settings.rounds):
            _measure_round(report, settings, levels, rounds, (kernel, echo, number))
    _show_ratios(report, rounds)
    _show_idle(report, rounds)


def _affordable(report: Report, settings: Settings) -> list[int]:
    """The numbers of idle connections that the limit of descriptors allows; each server has as many."""
    most = host.descriptor_limit() // 2 - _SPARE_DESCRIPTORS
    left_out = [level for level in settings.shapes if level > most]
    if left_out:
        report.note(f"left out: {left_out} idle connections, as only {host.descriptor_limit()} descriptors are allowed")
    return [level for level in settings.shapes if level not in left_out]


def _measure_round(
    report: Report, settings: Settings, levels: list[int], rounds: Rounds, who: tuple[Server, Server, int]
) -> None:
    kernel, echo, number = who
    with contextlib.ExitStack() as stack:
        idle = [stack.enter_context(IdleConnections(server)) for server in (kernel, echo)]
        for level in levels:
            for connections in idle:
                connections.grow_to(level)
            for shape in settings.shapes[level]:
                report.progress(f"round {number + 1} of {settings.rounds}: {_name(level, shape)}")
                order = (kernel, echo) if number % 2 == 0 else (echo, kernel)
                outcome = {
                    server: apply_load(server, shape, settings.warmup_ms, settings.duration_ms) for server in order
                }
                rounds.setdefault((level, shape), []).append(Pair(outcome[kernel], outcome[echo]))


def _size(payload: int) -> str:
    return f"{payload // 1024} KiB" if payload >= 1024 else f"{payload} B"


def _name(level: int, shape: Shape) -> str:
    idle = f", {level:,} idle" if level else ""
    return f"{_size(shape.payload)}, depth {shape.depth:>2}, {shape.connections:>3} connections{idle}"


def _median(outcomes: list[Outcome]) -> Outcome:
    fields = [asdict(outcome) for outcome in outcomes]
    return Outcome(**{name: statistics.median(f[name] for f in fields) for name in fields[0]})


def _target(level: int, shape: Shape) -> Target | None:
    if level > 0 or shape.payload != 64 or shape.connections == 1:
        return None
    return _DEPTH_1_TARGET if shape.depth == 1 else _PIPELINED_TARGET


def _show_ratios(report: Report, rounds: Rounds) -> None:
    rows = []
    for (level, shape), pairs in sorted(rounds.items(), key=lambda item: _order(*item[0])):
        kernel = _median([pair.kernel for pair in pairs])
        echo = _median([pair.echo for pair in pairs])
        ratio = statistics.median(pair.ratio for pair in pairs)
        details = {
            "kernel": asdict(kernel),
            "c": asdict(echo),
            "ratios": [pair.ratio for pair in pairs],
            "shape": {**asdict(shape), "idle": level},
        }
        figure = Figure(f"throughput, {_name(level, shape)}", ratio, "", _target(level, shape), details)
        cells = [_name(level, shape), f"{kernel.per_second:,.0f}", f"{echo.per_second:,.0f}"]
        cells += [f"{kernel.p50:,.0f}", f"{kernel.p99:,.0f}", f"{echo.p50:,.0f}", f"{echo.p99:,.0f}"]
        cells += [f"{kernel.server_cpu:.2f}", f"{echo.server_cpu:.2f}", f"{ratio:.2f}"]
        rows.append((figure, cells))
    columns = ["", "kernel/s", "C/s", "p50 us", "p99 us", "C p50", "C p99", "CPU us", "C CPU", "kernel/C"]
    report.table(columns, rows)


def _order(level: int, shape: Shape) -> tuple[int, int, int, int]:
    return (shape.payload, shape.depth, level, shape.connections)


def _show_idle(report: Report, rounds: Rounds) -> None:
    rows = []
    for (level, shape), pairs in sorted(rounds.items(), key=lambda item: _order(*item[0])):
        if level == 0 or (0, shape) not in rounds:
            continue
        alone = rounds[0, shape]
        kernel = statistics.median(a.kernel.per_second / b.kernel.per_second for a, b in zip(alone, pairs, strict=True))
        echo = statistics.median(a.echo.per_second / b.echo.per_second for a, b in zip(alone, pairs, strict=True))
        aimed = level == _IDLE_TARGET_CONNECTIONS and _target(0, shape) == _DEPTH_1_TARGET
        name = _name(level, shape)
        figure = Figure(f"time beside idle ones, {name}", kernel, "", _IDLE_TARGET if aimed else None, {"c": echo})
        rows.append((figure, [name, f"{kernel:.2f}", f"{echo:.2f}"]))
    if rows:
        report.heading("What idle connections cost: time for one answer beside them / without them")
        report.table(["", "kernel", "C"], rows)
