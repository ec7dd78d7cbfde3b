# SPDX-License-Identifier: MIT
"""A real kernel, whose offline model follows the script of these tests; and no network for anyone else."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

# Before CrewAI is loaded, which reads them then.
os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"
os.environ["CREWAI_TESTING"] = "true"
_STORAGE = tempfile.TemporaryDirectory()
os.environ["CREWAI_STORAGE_DIR"] = _STORAGE.name

from kernel.scripted import file, kernel, operator  # noqa: E402
from script import SCRIPT  # noqa: E402

__all__ = ["file", "kernel", "operator"]

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


@pytest.fixture(scope="session")
def script() -> dict[str, Any]:
    """What the model says."""
    return SCRIPT
