# SPDX-License-Identifier: MIT
"""A real kernel for the tests of this folder; they fail, rather than skip, where none can be started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from clients import AnyClient, connect
from kernel.daemon import Daemon, Spawn

from agentos import AgentOSClient

AGENTS = Path(__file__).parent / "agents"


@pytest.fixture(scope="session")
def kernel() -> Iterator[Daemon]:
    """The kernel that most tests share."""
    with Daemon() as daemon:
        yield daemon


@pytest.fixture(params=["blocking", "asyncio"])
def client(request: pytest.FixtureRequest, kernel: Daemon) -> Iterator[AnyClient]:
    """A client of either kind."""
    with connect(request.param, kernel.socket) as connected:
        yield connected


@pytest.fixture
def operator(kernel: Daemon) -> Iterator[AgentOSClient]:
    """A blocking client, for arranging things."""
    with AgentOSClient(kernel.socket) as connected:
        yield connected


@pytest.fixture
def spawn(operator: AgentOSClient) -> Iterator[Spawn]:
    """Start agents that are ended with the test; a program is named by its file in `agents/`."""
    with ExitStack() as stack:

        def start(name: str, program: str, **options: Any) -> Any:
            agent = operator.spawn(name, str(AGENTS / program), **options)
            stack.callback(end, agent.id)
            return agent

        def end(agent_id: int) -> None:
            if next(agent.running for agent in operator.list() if agent.id == agent_id):
                operator.kill(agent_id, grace=0)

        yield start
