# SPDX-License-Identifier: MIT
"""A real kernel, and a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel.daemon import Daemon

from agentos import AgentOSClient


@pytest.fixture
def anyio_backend() -> str:
    """What asynchronous tests run on: all that the server runs on."""
    return "asyncio"


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
def workspace(tmp_path: Path) -> Path:
    """A folder to work in."""
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder
