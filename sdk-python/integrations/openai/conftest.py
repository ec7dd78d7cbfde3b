# SPDX-License-Identifier: MIT
"""Programs that use the real `openai` package, run as agents of a real kernel whose model follows a script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inside import Inside
from kernel.daemon import Daemon
from kernel.inside import run_inside
from script import SCRIPT

from agentos import AgentOSClient

_HEAD = """
import os, openai
from openai import OpenAI
client = OpenAI()
def ask(words, **more):
    return client.chat.completions.create(
        model="default", messages=[{"role": "user", "content": words}], **more)
def refused(words, **more):
    try:
        ask(words, **more)
    except openai.APIStatusError as e:
        return [type(e).__name__, e.status_code, e.code, e.param]
"""


@pytest.fixture(scope="session")
def kernel() -> Iterator[Daemon]:
    """The kernel."""
    with Daemon(SCRIPT) as daemon:
        yield daemon


@pytest.fixture
def operator(kernel: Daemon) -> Iterator[AgentOSClient]:
    """For looking at things from outside."""
    with AgentOSClient(kernel.socket) as client:
        yield client


@pytest.fixture
def inside(operator: AgentOSClient, tmp_path: Path) -> Inside:
    """Runs lines that can use `client`, `ask` and `refused`, and returns what they leave in `out`."""

    def run(lines: str, **spawn: Any) -> Any:
        return run_inside(operator, tmp_path, _HEAD + lines, **spawn)

    return run
