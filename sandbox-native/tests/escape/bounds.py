# SPDX-License-Identifier: MIT
"""Whether limits hold: agents that take more than they were given, and the same programs outside."""

import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kernel import Kernel, TimedOut
from runs import PYTHON, Attackers

LONGEST_SECONDS = 120
# How long a limit that is enforced by sampling may take to notice.
NOTICE_SECONDS = 10.0
ANSWER_SECONDS = 10.0
LOOK_SECONDS = 0.2
WALL_SECONDS = (1, 5, 25)
LOGS_BYTES_MAX = 8 << 20
FLOOD_MIB = 16
MEMORY = {"memory": "48M", "max_pids": 32}


@dataclass(frozen=True)
class Bound:
    """One thing to take too much of.

    Attributes:
        kind: of hostile/bounds.py.
        amount: what is tried for, more than the limits allow.
        limits: of the agent.
        design: why it may succeed, or "".
        needs: words of needs.py without which nothing is to be learnt.
    """

    name: str
    kind: str
    amount: int
    limits: dict[str, Any] = field(default_factory=dict)
    design: str = ""
    needs: str = ""


BOUNDS = (
    Bound("memory", "memory", 96, MEMORY),
    Bound("memory in many processes", "memory_of_children", 96, MEMORY),
    Bound("shared memory", "shared_memory", 96, MEMORY),
    Bound("memory in a file without a name", "memory_file", 96, MEMORY),
    Bound("memory in segments that nobody has attached", "segments", 96, MEMORY),
    Bound("memory in /tmp", "temporary_files", 80, {"memory": "256M"}),
    Bound("files in /tmp", "small_files", 20_000, {"memory": "256M"}),
    Bound("processes", "processes", 64, {"max_pids": 16}),
    Bound("zombies", "zombies", 64, {"max_pids": 16}),
    Bound("threads", "threads", 64, {"max_pids": 16}),
    Bound("descriptors", "descriptors", 256, {"nofile": 64}),
    Bound("CPU time", "processor", 250, {"cpu": 0.1}, needs="steady-time"),
    Bound(
        "disk space by the workspace",
        "workspace_files",
        80,
        design="a workspace is a folder of the host's and has no quota; where that matters give it a file system",
    ),
    Bound(
        "timers",
        "timers",
        1000,
        design="they are bounded by the host's limit of pending signals, for each agent's user by itself",
    ),
)


def command(bound: Bound, folder: Path, mark: str) -> list[str]:
    """What makes the attempt outside."""
    return [PYTHON, "-B", str(folder / "bounds.py"), bound.kind, str(bound.amount), mark]


def outside(bound: Bound, attackers: Attackers) -> tuple[str, str]:
    """Make the attempt without a sandbox, and give everything back."""
    process = subprocess.Popen(
        command(bound, attackers.folder, str(attackers.scratch)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.defpath},
        start_new_session=True,
    )
    line = process.stdout.readline().decode().strip()
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return ("reached" if line.startswith("held") else "refused"), line


def inside(bound: Bound, attackers: Attackers) -> tuple[str, str]:
    """Make it as an agent. It may have what it wants for as long as sampling takes; then it must be ended."""
    operator = attackers.operator
    name = f"taker-of-{bound.kind}".replace("_", "-")
    agent = operator.spawn(
        name,
        script=str(attackers.folder / "bounds.py"),
        args=[bound.kind, str(bound.amount), "/tmp"],
        limits=bound.limits,
    )
    with operator.logs(agent_id=agent.id, follow=True) as lines:
        line = next((entry.line for entry in lines if entry.line.startswith(("held", "refused"))), "")
    patience = LONGEST_SECONDS if not line.startswith("held") else NOTICE_SECONDS if not bound.design else 0
    try:
        record = operator.wait(agent.id, timeout=patience)
        if not line.startswith("refused") and record.exit_reason not in ("oom", "wall_time"):
            return "mistaken", f"it ended: {record.detail}"
        return "refused", line or f"ended: {record.detail}"
    except TimedOut:
        operator.kill(agent.id, grace=0)
        return "reached", line


def processes_marked(mark: str) -> list[int]:
    """All living processes of the host that have the mark among their arguments."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark.encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def survivors(mark: str, seconds: float = NOTICE_SECONDS) -> list[int]:
    """Those that are left after a moment: a process that was killed takes one to go."""
    end = time.monotonic() + seconds
    while processes_marked(mark) and time.monotonic() < end:
        time.sleep(0.02)
    return processes_marked(mark)


def outlive_outside(attackers: Attackers) -> tuple[str, str]:
    """A process that ignores being asked to end and has left its session survives what started it."""
    mark = f"stay-outside-{os.getpid()}"
    stay = Bound("", "stay", 1)
    process = subprocess.Popen(
        command(stay, attackers.folder, mark), stdout=subprocess.PIPE, env={"PATH": os.defpath}, start_new_session=True
    )
    process.stdout.readline()
    process.terminate()
    process.kill()
    process.wait()
    process.stdout.close()
    left = survivors(mark, LOOK_SECONDS)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    return ("reached", f"{len(left)} processes are left") if left else ("refused", "")


def start_stayer(attackers: Attackers, name: str, mark: str, **options: Any) -> Any | None:
    """An agent that will not go, once all its processes are there; None when it went before."""
    operator = attackers.operator
    agent = operator.spawn(name, script=str(attackers.folder / "bounds.py"), args=["stay", "1", mark], **options)
    with operator.logs(agent_id=agent.id, follow=True) as lines:
        if not any(entry.line.startswith("held") for entry in lines):
            return None
    return agent


def outlive_kill(attackers: Attackers) -> tuple[str, str]:
    """KILL ends all of it."""
    mark = f"stay-kill-{os.getpid()}"
    agent = start_stayer(attackers, "stayer", mark)
    if agent is None:
        return "mistaken", "it ended by itself"
    attackers.operator.kill(agent.id, grace=0.1)
    return left_over(mark)


def outlive_wall_time(attackers: Attackers) -> tuple[str, str]:
    """The wall time ends all of it."""
    mark = f"stay-time-{os.getpid()}"
    # A slow machine takes longer than the first of these to start it.
    waits = (start_stayer(attackers, f"sleeper-{s}", mark, limits={"wall_time": s}) for s in WALL_SECONDS)
    agent = next((found for found in waits if found is not None), None)
    if agent is None:
        return "mistaken", f"it did not start within {WALL_SECONDS[-1]} s"
    record = attackers.operator.wait(agent.id, timeout=LONGEST_SECONDS)
    if record.exit_reason != "wall_time":
        return "mistaken", record.detail
    return left_over(mark)


def outlive_kernel(attackers: Attackers, kernel: Kernel) -> tuple[str, str]:
    """The end of the AgentOS kernel, however violent, ends its agents. Leaves no kernel behind."""
    mark = f"stay-kernel-{os.getpid()}"
    if start_stayer(attackers, "orphan", mark) is None:
        return "mistaken", "it ended by itself"
    kernel.process.kill()
    kernel.process.wait()
    return left_over(mark)


def left_over(mark: str) -> tuple[str, str]:
    """What came of it."""
    left = survivors(mark)
    return ("reached", f"{len(left)} processes are left") if left else ("refused", "nothing is left")


def flood_outside(attackers: Attackers) -> tuple[str, str]:
    """Output into a file: all of it is kept."""
    path = attackers.scratch / "flood"
    with path.open("wb") as file:
        process = subprocess.Popen(
            command(Bound("", "output", FLOOD_MIB), attackers.folder, "-"), stdout=file, env={"PATH": os.defpath}
        )
        while path.stat().st_size <= FLOOD_MIB << 20 and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        process.wait()
    size = path.stat().st_size
    path.unlink()
    return ("reached" if size > LOGS_BYTES_MAX else "refused"), f"{size >> 20} MiB are kept"


def flood_logs(attackers: Attackers) -> tuple[str, str]:
    """Output of an agent: a bounded part of it is kept, and the kernel goes on answering."""
    operator = attackers.operator
    agent = operator.spawn("flooder", script=str(attackers.folder / "bounds.py"), args=["output", str(FLOOD_MIB), "-"])
    slowest = 0.0
    with attackers.kernel.client() as other:
        while True:
            begun = time.monotonic()
            other.noop(b"")
            slowest = max(slowest, time.monotonic() - begun)
            if any(entry.line.startswith("held") for entry in other.logs(agent_id=agent.id, lines=1).entries):
                break
    operator.kill(agent.id, grace=0)
    size = sum(path.stat().st_size for path in attackers.kernel.state.glob("logs/*flooder*"))
    found = f"{size >> 10} KiB are kept; the slowest answer meanwhile took {slowest * 1000:.0f} ms"
    return ("reached" if size > LOGS_BYTES_MAX or slowest > ANSWER_SECONDS else "refused"), found
