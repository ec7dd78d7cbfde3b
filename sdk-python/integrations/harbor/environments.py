# SPDX-License-Identifier: MIT
"""Environments as a trial of Harbor makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harbor.models.task.config import EnvironmentConfig, NetworkMode, NetworkPolicy
from harbor.models.trial.paths import TrialPaths

from agentos.harbor import AgentOSEnvironment


def make(
    folder: Path, config: dict[str, Any] | None = None, network: str = "no-network", **settings: Any
) -> AgentOSEnvironment:
    """Make one whose task's environment/ and whose trial's files are in a folder."""
    files = folder / "environment"
    files.mkdir(parents=True, exist_ok=True)
    return AgentOSEnvironment(
        environment_dir=files,
        environment_name="a-task",
        session_id="a-task__1__env",
        trial_paths=TrialPaths(trial_dir=folder / "trial"),
        task_env_config=EnvironmentConfig(**(config or {})),
        network_policy=NetworkPolicy(network_mode=NetworkMode(network)),
        **settings,
    )
