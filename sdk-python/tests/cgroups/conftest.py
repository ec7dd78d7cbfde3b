# SPDX-License-Identifier: MIT
"""A kernel on a host whose cgroup v2 controllers it may use: scripts/test-cgroups sees to that."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon

from agentos import AgentOSClient

SLEEPER = "import time\nprint('up', flush=True)\ntime.sleep(600)\n"

# Seconds for anything: the machine that tests may run in is slow.
WAIT = 120

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def kernel() -> Iterator[Daemon]:
    """The kernel that most tests share."""
    with Daemon() as daemon:
        yield daemon


@pytest.fixture
def operator(kernel: Daemon) -> Iterator[AgentOSClient]:
    """For arranging things, and for looking at them from outside."""
    with AgentOSClient(kernel.socket) as client:
        yield client


@pytest.fixture
def run(operator: AgentOSClient, tmp_path: Path) -> Iterator[Run]:
    """Start a Python program as a sandboxed agent; it is ended with the test."""
    tmp_path.chmod(0o755)  # where there is no id mapping the agent is a stranger
    with ExitStack() as stack:

        def start(name: str, program: str, **options: Any) -> Any:
            script = tmp_path / f"{name}.py"
            script.write_text(program)
            script.chmod(0o644)
            agent = operator.spawn(name, str(script), **options)
            stack.callback(end, agent.id)
            return agent

        def end(agent_id: int) -> None:
            if any(agent.running for agent in operator.list() if agent.id == agent_id):
                operator.kill(agent_id, grace=0)

        yield start


def said(operator: AgentOSClient, agent_id: int, beginning: str) -> str:
    """Wait for a line of an agent's output."""
    with operator.logs(agent_id=agent_id, follow=True) as lines:
        return next(entry.line for entry in lines if entry.line.startswith(beginning))


def until(holds: Callable[[], bool]) -> None:
    """Wait for what the system does in its own time."""
    deadline = time.monotonic() + WAIT
    while not holds():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.02)


class Group:
    """An agent's cgroup, as the host sees it."""

    def __init__(self, pid: int) -> None:
        """Find the group of a process that lives in its child `main`."""
        line = Path(f"/proc/{pid}/cgroup").read_text().strip()
        self.folder = Path("/sys/fs/cgroup") / line.removeprefix("0::/").removesuffix("/main")

    def text(self, file: str) -> str:
        """The content of one of its files."""
        return (self.folder / file).read_text().strip()

    def number(self, file: str, key: str) -> int:
        """One number of a file of keys and values."""
        return int(dict(line.split() for line in self.text(file).splitlines())[key])


@pytest.fixture
def group_of(operator: AgentOSClient) -> Callable[[int], Group]:
    """The group of a living agent."""

    def find(agent_id: int) -> Group:
        return Group(next(agent.pid for agent in operator.list() if agent.id == agent_id))

    return find
