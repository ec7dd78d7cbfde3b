# SPDX-License-Identifier: MIT
"""An agent that only waits for the language model gives back its memory, and gets it when it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from cgroups.conftest import Group, Run, said, until
from kernel.daemon import Daemon

from agentos import AgentOSClient

SCRIPT = {"rules": [{"match": "^soon", "delay_ms": 15_000, "content": "at last"}]}

# Reads files (of which the pages count that nobody had read before), then asks; looks at memory of its own afterwards.
WAITER = """
from pathlib import Path
from agentos import AgentOSClient
own = bytearray(b"x" * (8 << 20))
read = 0
for file in sorted(Path("/usr/lib").rglob("*.so*")):
    if read < 24 << 20 and file.is_file():
        read += len(file.read_bytes())
print("read", read, flush=True)
with AgentOSClient() as client:
    print(client.think("soon").content, own.count(b"x"), flush=True)
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Daemon]:
    """A kernel whose model takes its time."""
    with Daemon(SCRIPT) as daemon:
        yield daemon


def test_memory_is_given_back_and_comes_back(
    operator: AgentOSClient, run: Run, group_of: Callable[[int], Group]
) -> None:
    agent = run("waiter", WAITER, freeze_while_waiting=True, limits={"memory": "128M"})
    said(operator, agent.id, "read")
    group = group_of(agent.id)
    files = group.number("memory.stat", "file")
    before = int(group.text("memory.current"))

    def row() -> bool:
        return next(known.waiting for known in operator.list() if known.id == agent.id)

    until(row)
    until(lambda: int(group.text("memory.current")) < before - files // 4)
    assert group.number("cgroup.events", "frozen") == 1
    until(lambda: group.text("memory.swap.max") == "0")
    assert said(operator, agent.id, "at last") == f"at last {8 << 20}"
    operator.wait(agent.id, timeout=60)


def test_it_stays_within_its_limits(operator: AgentOSClient, run: Run) -> None:
    program = (
        "import threading\nfrom agentos import AgentOSClient\n"
        "client = AgentOSClient().connect()\n"
        "threading.Thread(target=lambda: client.think('soon'), daemon=True).start()\n"
        "hoard = []\nwhile True: hoard.append(b'x' * (1 << 20))\n"
    )
    agent = run("hoarder", program, freeze_while_waiting=True, limits={"memory": "64M"})
    assert operator.wait(agent.id, timeout=110).exit_reason == "oom"
