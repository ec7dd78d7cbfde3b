# SPDX-License-Identifier: MIT
"""A real kernel, and one sandbox of it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator

import pytest
from kernel.daemon import Daemon
from places import sandbox

from agentos import AgentOSClient
from agentos.inspect_ai import AgentOSSandboxEnvironment


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


@pytest.fixture(scope="session")
async def sandbox_env(kernel: Daemon) -> AsyncIterator[AgentOSSandboxEnvironment]:
    """What Inspect's own suite calls the sandbox under test."""
    async with sandbox(kernel=kernel.socket) as environment:
        yield environment
