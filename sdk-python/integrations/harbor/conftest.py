# SPDX-License-Identifier: MIT
"""A real kernel, and environments of it as Harbor makes them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from environments import make
from kernel.daemon import Daemon

from agentos import AgentOSClient
from agentos.harbor import AgentOSEnvironment


@pytest.fixture(scope="session", autouse=True)
def kernel() -> Iterator[Daemon]:
    """The kernel, which the adapter finds by AGENTOS_SOCKET."""
    with Daemon() as daemon:
        os.environ["AGENTOS_SOCKET"] = daemon.socket
        yield daemon
        del os.environ["AGENTOS_SOCKET"]


@pytest.fixture
def operator(kernel: Daemon) -> Iterator[AgentOSClient]:
    """For looking at things past the adapter."""
    with AgentOSClient(kernel.socket) as client:
        yield client


@pytest.fixture
async def started(tmp_path: Path) -> AsyncIterator[AgentOSEnvironment]:
    """One that runs, without files of a task."""
    environment = make(tmp_path / "trial")
    await environment.start(force_build=False)
    yield environment
    await environment.stop(delete=True)
