# SPDX-License-Identifier: MIT
"""A real kernel, whose offline model follows the script of these tests; and no network for anyone else."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

# Before CrewAI is loaded, which reads them then.
os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"
os.environ["CREWAI_TESTING"] = "true"
_STORAGE = tempfile.TemporaryDirectory()
os.environ["CREWAI_STORAGE_DIR"] = _STORAGE.name

from kernel.daemon import Daemon  # noqa: E402
from script import SCRIPT  # noqa: E402

from agentos import AgentOSClient  # noqa: E402

_called_out: list[str] = []


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo" or (event == "socket.connect" and isinstance(arguments[1], tuple)):
        _called_out.append(f"{event} {arguments[:2]}")


sys.addaudithook(_watch)


@pytest.fixture(autouse=True)
def nobody_is_called() -> Iterator[None]:
    """What CrewAI would tell its makers stays here."""
    _called_out.clear()
    yield
    assert _called_out == []


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
