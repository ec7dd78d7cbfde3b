# SPDX-License-Identifier: MIT
"""A real kernel, whose offline model follows the script of these tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel.daemon import Daemon
from script import SCRIPT

from agentos import AgentOSClient


@pytest.fixture(scope="session", autouse=True)
def kernel() -> Iterator[Daemon]:
    """The kernel, which the adapters find by AGENTOS_SOCKET."""
    with Daemon(SCRIPT) as daemon:
        os.environ["AGENTOS_SOCKET"] = daemon.socket
        yield daemon
        del os.environ["AGENTOS_SOCKET"]


@pytest.fixture
def operator(kernel: Daemon) -> Iterator[AgentOSClient]:
    """For looking at things past the adapters."""
    with AgentOSClient(kernel.socket) as client:
        yield client


@pytest.fixture
def file() -> Iterator[Path]:
    """What the model on the script reads."""
    path = Path("/etc/agentos-test")
    path.write_text("forty-two")
    yield path
    path.unlink()
