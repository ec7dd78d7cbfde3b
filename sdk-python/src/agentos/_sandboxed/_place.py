# SPDX-License-Identifier: MIT
"""The agent, and the folders of the host that are its own."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentos import AgentOSError, AsyncAgentOSClient
from agentos._acting import Agent, Identity

if TYPE_CHECKING:
    from typing_extensions import Self

    from agentos._acting import AgentClient

# Where input lies that is too long for a request; every place has it.
STAGING = "/var/tmp"  # noqa: S108 - of the sandbox

# Who commands are inside of every sandbox.
USER, USER_ID = "agent", 1000

# What is in the sandbox is the agent's to read and write; asking a model, the web or other agents is not part of it.
_PERMISSIONS: dict[str, Any] = {
    "filesystem": {"read": ["/**"], "write": ["/**"]},
    "can_think": False,
    "can_http": False,
    "can_spawn": False,
}
_NAME_LONGEST = 64


class UserUnknown(ValueError):
    """A sandbox has one user; commands can't run as another one."""


def check_user(user: str | int | None, aliases: Sequence[str] = ()) -> None:
    """See that a command is to run as the only user there is.

    Raises:
        UserUnknown: as somebody else.
    """
    if user is not None and str(user) not in (USER, str(USER_ID), *aliases):
        raise UserUnknown(f"the sandbox has one user, {USER} ({USER_ID}); commands can't run as {str(user)!r}")


def free_name(prefix: str, what_for: str) -> str:
    """Make a name that no agent has: the prefix, what it is for as far as a name can hold that, and chance."""
    chance = secrets.token_hex(4)
    room = _NAME_LONGEST - len(prefix) - len(chance) - 2
    return f"{prefix}-{re.sub(r'[^A-Za-z0-9_.@-]+', '-', what_for)[:room]}-{chance}"


class Place:
    """An agent of the level "sandboxed" with a folder of the host's for each folder that is to be its own.

    Attributes:
        name: the agent's.
        folder: where on the host those folders are.
    """

    def __init__(  # noqa: PLR0913 - by name
        self,
        name: str,
        *,
        folders: Sequence[str] = (),
        mounts: Sequence[Mapping[str, str]] = (),
        permissions: Mapping[str, Any] | None = None,
        limits: Mapping[str, Any] | None = None,
        network: bool = False,
        kernel: str | None = None,
    ) -> None:
        """Make the folders; nothing is started yet.

        Args:
            name: the agent's name.
            folders: absolute paths in the sandbox that begin empty and are its own, beside /workspace and /var/tmp.
            mounts: more of the host's files to show it, as in SPAWN.
            permissions: fields of the permissions object that differ from what a place has.
            limits: as in SPAWN.
            network: whether commands may use the host's network.
            kernel: the kernel's socket; where the SDK looks otherwise.
        """
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix=f"agentos-{name}-"))
        own = []
        for number, target in enumerate((STAGING, *folders)):
            source = self.folder / str(number)
            source.mkdir()
            own.append({"source": str(source), "target": target, "mode": "rw"})
        workspace = self.folder / "workspace"
        workspace.mkdir()
        self._agent = Agent(
            Identity(
                name=name,
                level="sandboxed",
                workspace=workspace,
                permissions={**_PERMISSIONS, **(permissions or {})},
                limits=dict(limits or {}),
                network=network,
                mounts=(*own, *(dict(mount) for mount in mounts)),
                kernel=kernel,
            )
        )

    async def start(self) -> None:
        """Start the agent.

        Raises:
            AgentOSError: there is no kernel, or it refuses.
        """
        try:
            await self._agent.client()
        except BaseException:
            await asyncio.to_thread(_remove, self.folder)
            raise

    async def client(self) -> AgentClient:
        """Return a client that acts as the agent; when its kernel has gone and come back, a new agent on the files.

        Raises:
            AgentOSError: there is no kernel, or it refuses.
        """
        return await self._agent.client()

    async def end(self, *, keep: bool = False) -> None:
        """End the agent with all it runs, and remove its folders unless they are to be kept."""
        await self._agent.end()
        if not keep:
            await asyncio.to_thread(_remove, self.folder)

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """End."""
        await self.end()


def _remove(folder: Path) -> None:
    """Remove what an agent has left: perhaps closed to everybody, perhaps deeper than Python can recurse."""
    if os.geteuid() != 0:
        subprocess.run(["/bin/chmod", "-R", "u+rwX", "--", folder], stderr=subprocess.DEVNULL, check=False)  # noqa: S603
    subprocess.run(["/bin/rm", "-rf", "--", folder], check=False)  # noqa: S603


async def end_all(prefix: str, only: str | None = None, kernel: str | None = None) -> list[str]:
    """End the living agents whose names begin with a prefix, or the one of that name or id; their names.

    Raises:
        AgentOSError: there is no kernel, or it refuses.
    """
    ended = []
    async with AsyncAgentOSClient(kernel) as operator:
        for agent in await operator.list():
            if not agent.running or not agent.name.startswith(f"{prefix}-"):
                continue
            if only is None or only in (agent.name, str(agent.id)):
                try:
                    await operator.kill(agent.id, grace=0)
                except AgentOSError:
                    continue  # It was quicker.
                ended.append(agent.name)
    return ended
