# SPDX-License-Identifier: MIT
"""examples/inspect_ai, by Inspect's own command and as examples/README.md says; and evaluations that can't begin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
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


class Evaluation:
    """A program of an evaluation, which has begun."""

    def __init__(self, kernel: str, logs: Path, *words: str) -> None:
        environment = {**os.environ, "AGENTOS_SOCKET": kernel, "INSPECT_LOG_DIR": str(logs), "INSPECT_DISPLAY": "plain"}
        self.logs = logs
        self._process = subprocess.Popen(
            words, env=environment, cwd=EXAMPLE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @cached_property
    def outcome(self) -> Outcome:
        """Once it has ended."""
        said, _ = self._process.communicate(timeout=120)
        return Outcome(said.splitlines(), self._process.returncode)


Evaluations = dict[str, Evaluation]


@pytest.fixture(scope="module")
def evaluations(scripted: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Evaluations:
    """All of these tests, at once: most of their time Inspect is being loaded."""
    by_command = (INSPECT, "eval", "task.py", "--model", "agentos/default", "--log-format", "json")
    folders = [tmp_path_factory.mktemp("logs") for _ in range(3)]
    return {
        "program": Evaluation(scripted.socket, folders[0], sys.executable, "task.py"),
        "command": Evaluation(scripted.socket, folders[1], *by_command),
        "no kernel": Evaluation(str(folders[2] / "none"), folders[2], *by_command),
    }


def test_the_example(evaluations: Evaluations) -> None:
    assert evaluations["program"].outcome == expected("inspect_ai")


def test_inspect_s_own_command(evaluations: Evaluations, scripted: Daemon) -> None:
    ended = evaluations["command"].outcome

    assert ended.exit_code == 0, ended.lines
    (path,) = evaluations["command"].logs.glob("*.json")
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
    assert evaluations["program"].outcome.exit_code == 0
    with AgentOSClient(scripted.socket) as operator:
        assert not [agent.name for agent in operator.list() if agent.running]


def test_says_in_one_sentence_that_no_kernel_runs(evaluations: Evaluations) -> None:
    ended = evaluations["no kernel"].outcome

    assert ended.exit_code != 0
    said = " ".join(" ".join(ended.lines).split())
    assert "start one with `agentos daemon`" in said
    assert "Traceback" not in said
