# SPDX-License-Identifier: MIT
"""examples/harbor by Harbor's own runner: solved, not solved, refused, and without a kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree
from typing import Any

from kernel.daemon import Daemon
from kernel.examples import EXAMPLES, expected

from agentos import AgentOSClient

TASK = EXAMPLES / "harbor" / "count-words"
HARBOR = str(Path(sys.executable).with_name("harbor"))


def begin(kernel: str, task: Path, jobs: Path, agent: str = "oracle") -> subprocess.Popen[str]:
    offline = {"HARBOR_TELEMETRY": "0", "LITELLM_LOCAL_MODEL_COST_MAP": "True", "COLUMNS": "200"}
    environment = {**os.environ, **offline, "AGENTOS_SOCKET": kernel, "HOME": str(jobs)}
    words = ("run", "-p", task, "-a", agent, "-e", "agentos.harbor:AgentOSEnvironment", "-o", jobs, "--yes")
    return subprocess.Popen(
        [HARBOR, *words], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def mean(jobs: Path) -> Any:
    (path,) = jobs.glob("*/result.json")
    stats = json.loads(path.read_text())["stats"]
    assert stats["n_errored_trials"] == 0
    ((metric,),) = [evaluated["metrics"] for evaluated in stats["evals"].values()]
    return metric["mean"]


def test_who_solves_it_is_rewarded(kernel: Daemon, tmp_path: Path) -> None:
    solving = begin(kernel.socket, TASK, tmp_path / "oracle")
    idling = begin(kernel.socket, TASK, tmp_path / "nop", agent="nop")
    said, _ = solving.communicate(timeout=100)
    idling.communicate(timeout=100)

    assert f"{mean(tmp_path / 'oracle'):.3f}" == expected("harbor").lines[0]
    assert "│      1 │          0 │ 1.000 │" in said
    assert mean(tmp_path / "nop") == 0
    (log,) = (tmp_path / "nop").glob("*/*/verifier/test-stdout.txt")
    assert "/app/counts.txt: No such file" in log.read_text()
    with AgentOSClient(kernel.socket) as operator:
        assert not [agent.name for agent in operator.list() if agent.running]


def test_what_can_t_be_run_is_said_in_a_sentence(kernel: Daemon, tmp_path: Path) -> None:
    task = tmp_path / "task"
    copytree(TASK, task)
    (task / "environment" / "Dockerfile").write_text("FROM debian:12\n")
    refused = begin(kernel.socket, task, tmp_path / "refused")
    alone = begin(str(tmp_path / "none"), TASK, tmp_path / "alone")
    sentence = "needs an image (environment/Dockerfile), and AgentOS has no Docker"
    said, _ = refused.communicate(timeout=100)
    assert sentence in " ".join(said.split())
    assert "Traceback" not in said
    said, _ = alone.communicate(timeout=100)

    (result,) = (tmp_path / "refused").glob("*/*/result.json")
    exception = json.loads(result.read_text())["exception_info"]
    assert sentence in exception["exception_message"]
    assert alone.returncode != 0
    assert "start one with `agentos daemon`" in " ".join(said.split())
    assert "Traceback" not in said
