# SPDX-License-Identifier: MIT
"""What /proc says about this machine and the processes on it."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path
from typing import Any


def describe() -> dict[str, Any]:
    """What figures depend on, to be kept beside them."""
    return {
        "cpus": os.cpu_count(),
        "cpu_model": _cpu_model(),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "user": "root" if os.geteuid() == 0 else "unprivileged",
        "load_average": round(os.getloadavg()[0], 2),
        "descriptors": descriptor_limit(),
    }


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def descriptor_limit() -> int:
    """How many descriptors this process, and any that it starts, can have open."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def raise_descriptor_limit() -> None:
    hard = descriptor_limit()
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def resident_mib(pid: int) -> float:
    """VmRSS: the memory of a process that is in RAM now, its shared pages included."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(f"process {pid} has ended")


def cpu_seconds(pid: int) -> float:
    """The CPU time that all threads of a process have used; of threads that ended meanwhile, nothing is known."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:
            continue
    return total / 1e9


class OtherWork:
    """How much of the machine's CPU time went to processes other than the ones that are measured."""

    def __init__(self) -> None:
        self._begin = self._now()

    def share(self) -> float:
        """Of all CPU time since this was made, what neither we nor our ended children nor idling used: 0 to 1."""
        busy, total, own = (now - begin for now, begin in zip(self._now(), self._begin, strict=True))
        return max(0.0, min(1.0, (busy - own) / max(total, 1e-9)))

    @staticmethod
    def _now() -> tuple[float, float, float]:
        ticks = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        idle = ticks[3] + ticks[4]
        per_second = os.sysconf("SC_CLK_TCK")
        times = os.times()
        own = times.user + times.system + times.children_user + times.children_system
        return (sum(ticks) - idle) / per_second, sum(ticks) / per_second, own
