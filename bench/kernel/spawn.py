# SPDX-License-Identifier: MIT
"""SPAWN until the agent's first system call is answered, and KILL until nothing of it is left."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path

from agentos import AgentOSClient

from common.failure import BenchFailure
from common.report import Report, Target, median_figure
from common.servers import PROGRAMS, Kernel

from .settings import Settings

PYTHON = "/usr/bin/python3"
PYTHON_AGENT = Path(__file__).resolve().parents[1] / "agents" / "first_call.py"
C_AGENT = PROGRAMS / "agent"
MAILBOX = "bench"
_MESSAGE_SECONDS = 20
_PYTHON_MARGIN_MS = 10
_C_TARGET = Target(6)
_KILL_TARGET = Target(20)
_WARMUP_SPAWNS = 20


@dataclass
class Kind:
    """One kind of agent, and the milliseconds that each run took."""

    name: str
    program: Path
    sandboxed: bool
    spawn_ms: list[float] = field(default_factory=list)
    kill_ms: list[float] = field(default_factory=list)


def start_agent(client: AgentOSClient, name: str, program: Path, sandboxed: bool) -> float:
    """Starts an agent that reports to MAILBOX; the milliseconds until its first call was answered."""
    begun_ns = time.monotonic_ns()
    client.spawn(name, script=str(program), args=[MAILBOX], sandboxed=sandboxed)
    messages = client.recv(1, wait=_MESSAGE_SECONDS)["messages"]
    if len(messages) != 1 or messages[0]["from_name"] != name:
        log = client.logs(name)["entries"]
        raise BenchFailure(f"agent {name} made no call in {_MESSAGE_SECONDS} s; its log: {log}")
    first_call_ns: int = messages[0]["message"]["first_call_ns"]
    return (first_call_ns - begun_ns) / 1e6


def _stop_agent(client: AgentOSClient, name: str) -> float:
    begun = time.monotonic()
    client.kill(name)
    milliseconds = (time.monotonic() - begun) * 1000
    record = client.wait(name, timeout=1)
    if record["signal"] != 15:
        raise BenchFailure(f"agent {name} should have ended by SIGTERM, but: {record}")
    return milliseconds


def _bare_python() -> float:
    """Milliseconds of `python3 -c pass` from start to reaped."""
    begun = time.monotonic()
    pid = os.posix_spawn(PYTHON, [PYTHON, "-c", "pass"], {"PATH": os.defpath})
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise BenchFailure(f"{PYTHON} -c pass failed with status {status}")
    return (time.monotonic() - begun) * 1000


def measure(report: Report, settings: Settings) -> None:
    report.heading("SPAWN until the agent's first call (HELLO) is answered; KILL (SIGTERM) until it is reaped")
    kinds = [
        Kind("Python agent, sandboxed", PYTHON_AGENT, True),
        Kind("Python agent, no sandbox", PYTHON_AGENT, False),
        Kind("C agent, sandboxed", C_AGENT, True),
        Kind("C agent, no sandbox", C_AGENT, False),
    ]
    bare = []
    with Kernel() as kernel, kernel.client() as client:
        client.register(MAILBOX)
        for number in range(-_WARMUP_SPAWNS, settings.spawns):
            report.progress(f"start {number + 1} of {settings.spawns}")
            bare_ms = _bare_python()
            for kind in kinds:
                name = f"agent-{number + _WARMUP_SPAWNS}"
                spawn_ms = start_agent(client, name, kind.program, kind.sandboxed)
                kill_ms = _stop_agent(client, name)
                if number >= 0:
                    kind.spawn_ms.append(spawn_ms)
                    kind.kill_ms.append(kill_ms)
            if number >= 0:
                bare.append(bare_ms)
    _show(report, kinds, bare)


def _show(report: Report, kinds: list[Kind], bare: list[float]) -> None:
    python_target = Target(round(statistics.median(bare) + _PYTHON_MARGIN_MS, 1))
    targets = {"Python agent, sandboxed": python_target, "C agent, sandboxed": _C_TARGET}
    figures = [median_figure("python3 -c pass, without a kernel", bare, "ms")]
    for kind in kinds:
        target = targets.get(kind.name) if os.geteuid() == 0 else None
        figures.append(median_figure(f"SPAWN, {kind.name}", kind.spawn_ms, "ms", target))
    for kind in kinds:
        figures.append(median_figure(f"KILL, {kind.name}", kind.kill_ms, "ms", _KILL_TARGET))
    report.simple_table("", figures)
    if os.geteuid() == 0:
        report.note(f"the target of the Python agent is python3's own time + {_PYTHON_MARGIN_MS} ms")
    else:
        report.note("SPAWN has targets for root only: unprivileged, the sandbox maps users in another way")
