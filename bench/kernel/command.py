# SPDX-License-Identifier: MIT
"""How long a person waits for `agentos ps`."""

from __future__ import annotations

import subprocess
import time

from common.failure import BenchFailure
from common.report import Report, Target, median_figure
from common.servers import HOME, Kernel

from .settings import Settings
from .spawn import C_AGENT, MAILBOX, start_agent

_TARGET = Target(250)
_AGENTS = 10


def measure(report: Report, settings: Settings) -> None:
    report.heading(f"The command line, with {_AGENTS} agents alive")
    with Kernel() as kernel, kernel.client() as client:
        client.register(MAILBOX)
        for number in range(_AGENTS):
            start_agent(client, f"sleeper-{number}", C_AGENT, sandboxed=True)
        times = []
        for number in range(settings.commands):
            report.progress(f"agentos ps, {number + 1} of {settings.commands}")
            times.append(_run([str(HOME / "agentos"), "ps"], kernel.environment, f"sleeper-{_AGENTS - 1}"))
        figures = [median_figure("agentos ps", times, "ms", _TARGET)]
        if (HOME / "pom.xml").exists():
            check = [_run([str(HOME / "scripts" / "build"), "--if-stale"], kernel.environment, "") for _ in times]
            figures.append(median_figure("of it: whether this checkout is built", check, "ms"))
    report.simple_table("", figures)


def _run(command: list[str], environment: dict[str, str], expected: str) -> float:
    begun = time.monotonic()
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    milliseconds = (time.monotonic() - begun) * 1000
    if run.returncode != 0 or expected not in run.stdout:
        raise BenchFailure(f"{' '.join(command)} ended with {run.returncode}: {run.stdout}{run.stderr}")
    return milliseconds
