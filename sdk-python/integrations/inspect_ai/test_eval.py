# SPDX-License-Identifier: MIT
"""examples/inspect_ai, by Inspect's own command and as examples/README.md says; and evaluations that can't begin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel.daemon import Daemon
from kernel.examples import EXAMPLES, Outcome, expected

from agentos import AgentOSClient

EXAMPLE = EXAMPLES / "inspect_ai"
INSPECT = str(Path(sys.executable).with_name("inspect"))


@pytest.fixture(scope="module")
def scripted() -> Iterator[Daemon]:
    """A kernel whose model knows the example."""
    with Daemon(json.loads((EXAMPLE / "llm.json").read_text())) as daemon:
        yield daemon


def run(kernel: str, logs: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "AGENTOS_SOCKET": kernel, "INSPECT_LOG_DIR": str(logs), "INSPECT_DISPLAY": "plain"}
    return subprocess.run(
        words, env=environment, cwd=EXAMPLE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120
    )


def test_the_example(scripted: Daemon, tmp_path: Path) -> None:
    ran = run(scripted.socket, tmp_path, sys.executable, "task.py")
    assert Outcome(ran.stdout.splitlines(), ran.returncode) == expected("inspect_ai")


def test_inspect_s_own_command(scripted: Daemon, tmp_path: Path) -> None:
    words = ("eval", "task.py", "--model", "agentos/default", "--log-format", "json")
    ran = run(scripted.socket, tmp_path, INSPECT, *words)

    assert ran.returncode == 0, ran.stdout
    (path,) = tmp_path.glob("*.json")
    log = json.loads(path.read_text())
    assert log["status"] == "success"
    (scores,) = log["results"]["scores"]
    assert scores["metrics"]["accuracy"]["value"] == pytest.approx(2 / 3)
    by_id = {sample["id"]: sample for sample in log["samples"]}
    (refused,) = (message for message in by_id["greet"]["messages"] if message["role"] == "tool")
    assert "Read-only file system" in refused["content"]
    assert by_id["count"]["model_usage"]["agentos/default"]["output_tokens"] > 0
    assert log["eval"]["sandbox"]["type"] == "agentos"
    assert log["eval"]["sandbox"]["config"]["limits"] == {"memory": "256M", "max_pids": 50}
    with AgentOSClient(scripted.socket) as operator:
        assert not [agent.name for agent in operator.list() if agent.running]


def test_says_in_one_sentence_that_no_kernel_runs(tmp_path: Path) -> None:
    ran = run(str(tmp_path / "none"), tmp_path, INSPECT, "eval", "task.py", "--model", "agentos/default")

    assert ran.returncode != 0
    assert "start one with `agentos daemon`" in " ".join(ran.stdout.split())
    assert "Traceback" not in ran.stdout
