# SPDX-License-Identifier: MIT
"""Programs that use the real `openai` package, run as agents of a real kernel whose model follows a script."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from inside import Inside
from kernel.daemon import Daemon
from script import SCRIPT

from agentos import AgentOSClient

_END_SECONDS = 120
# What a test's lines can use; they leave their result in `out`.
_HEAD = """
import json, os, openai
from openai import OpenAI
client = OpenAI()
out = None
def ask(words, **more):
    return client.chat.completions.create(
        model="default", messages=[{"role": "user", "content": words}], **more)
def refused(words, **more):
    try:
        ask(words, **more)
    except openai.APIStatusError as e:
        return [type(e).__name__, e.status_code, e.code, e.param]
"""


_numbers = itertools.count(1)


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
    """Runs lines of Python in a sandbox, and returns what they leave in `out`."""

    def run(lines: str, **spawn: Any) -> Any:
        script = tmp_path / "program.py"
        script.write_text(f"{_HEAD}\n{lines}\nprint(json.dumps(out))\n")
        agent = operator.spawn(
            f"program-{next(_numbers)}",
            str(script),
            python=sys.executable,
            mounts=[
                {"source": path, "target": path, "mode": "ro"} for path in {sys.prefix, sys.base_prefix} - {"/usr"}
            ],
            openai=True,
            **spawn,
        )
        record = operator.wait(agent.id, timeout=_END_SECONDS)
        entries = operator.logs(agent.id).entries
        assert record.exit_code == 0, "\n".join(entry.line for entry in entries)
        return json.loads(next(entry.line for entry in reversed(entries) if entry.stream == "stdout"))

    return run
