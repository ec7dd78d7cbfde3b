# SPDX-License-Identifier: MIT
"""Fixtures of the adapters' tests: a real kernel, whose offline model follows what the fixture `script` gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon

from agentos import AgentOSClient


@pytest.fixture(scope="session", autouse=True)
def kernel(script: dict[str, Any]) -> Iterator[Daemon]:
    """The kernel, which the adapters find by AGENTOS_SOCKET."""
    with Daemon(script) as daemon:
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
