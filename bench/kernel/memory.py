# SPDX-License-Identifier: MIT
"""The kernel's resident memory: idle, with idle connections, with agents."""

from __future__ import annotations

from common import host
from common.idle import IdleConnections
from common.report import Figure, Report, Target
from common.servers import Kernel

from .spawn import C_AGENT, MAILBOX, start_agent

_IDLE_TARGET = Target(100)
_CONNECTIONS = (1000, 10_000)
_CONNECTIONS_TARGETS = {10_000: Target(60)}
_AGENTS = 100
_SPARE_DESCRIPTORS = 500


def measure(report: Report) -> None:
    report.heading("Resident memory of the kernel (VmRSS)")
    figures = [*_with_connections(report), *_with_agents(report)]
    report.simple_table("", figures)


def _with_connections(report: Report) -> list[Figure]:
    with Kernel() as kernel, IdleConnections(kernel) as idle:
        figures = [Figure("idle, after its start", host.resident_mib(kernel.pid), "MiB", _IDLE_TARGET)]
        alone = figures[0].value
        for count in _CONNECTIONS:
            if count + _SPARE_DESCRIPTORS > host.descriptor_limit():
                report.note(f"left out: {count:,} connections; {host.descriptor_limit()} descriptors are allowed")
                continue
            report.progress(f"opening {count:,} connections")
            idle.grow_to(count)
            added = host.resident_mib(kernel.pid) - alone
            name = f"added by {count:,} idle connections"
            figures.append(Figure(name, added, "MiB", _CONNECTIONS_TARGETS.get(count)))
    return figures


def _with_agents(report: Report) -> list[Figure]:
    with Kernel() as kernel, kernel.client() as client:
        alone = host.resident_mib(kernel.pid)
        client.register(MAILBOX)
        for number in range(_AGENTS):
            report.progress(f"starting agent {number + 1} of {_AGENTS}")
            start_agent(client, f"sleeper-{number}", C_AGENT, sandboxed=True)
        return [Figure(f"added by {_AGENTS} sleeping agents", host.resident_mib(kernel.pid) - alone, "MiB")]
