# SPDX-License-Identifier: MIT
"""The settings of a task's sandboxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

CONFIG_FILE = "agentos-sandbox.yaml"


class Mount(BaseModel):
    """A folder or file of the host that a sandbox is shown.

    Attributes:
        source: where it is on the host; in a file of settings relative to that file's folder.
        target: where it is in the sandbox, absolute.
        mode: "ro", or "rw" for one that commands may write.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    target: str
    mode: Literal["ro", "rw"] = "ro"


class AgentOSSandboxConfig(BaseModel):
    """What the sandbox of each sample is made of.

    Attributes:
        limits: of all that runs in one sandbox, as in SPAWN: memory, cpu, max_pids, wall_time, nofile.
        permissions: fields of the permissions object that differ. Without any, everything in the sandbox can be read
            and written, every command run that the level "sandboxed" allows, and neither a model, nor the web, nor
            another agent be asked.
        network: whether commands may use the host's network.
        mounts: more of the host's files.
        env: variables for each command.
        kernel: the kernel's socket; by default the one that the SDK finds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    limits: dict[str, Any] = Field(default_factory=dict)
    permissions: dict[str, Any] = Field(default_factory=dict)
    network: bool = False
    mounts: tuple[Mount, ...] = ()
    env: dict[str, str] = Field(default_factory=dict)
    kernel: str | None = None

    def __hash__(self) -> int:
        """Inspect keeps settings as keys."""
        return hash(self.model_dump_json())


def load(config: BaseModel | str | None) -> AgentOSSandboxConfig:
    """Take the settings as Inspect hands them on: an object, the path of a file, or nothing.

    Raises:
        ValueError: they are none of AgentOS's, or a field is wrong.
    """
    if config is None:
        return AgentOSSandboxConfig()
    if isinstance(config, AgentOSSandboxConfig):
        return config
    if not isinstance(config, str):
        raise ValueError(f"the sandbox agentos is set up by an AgentOSSandboxConfig, not by a {type(config).__name__}")
    path = Path(config)
    try:
        read = yaml.safe_load(path.read_text(encoding="utf-8"))
        settings = AgentOSSandboxConfig.model_validate({} if read is None else read)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as wrong:
        raise ValueError(f"{path} can't set up a sandbox: {wrong}") from wrong
    mounts = (mount.model_copy(update={"source": str(path.parent / mount.source)}) for mount in settings.mounts)
    return settings.model_copy(update={"mounts": tuple(mounts)})
