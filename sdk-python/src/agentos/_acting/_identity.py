# SPDX-License-Identifier: MIT
"""Who a host acts as: one agent of the kernel, never the operator that the host's own user is.

The host, such as the MCP server, connects as an operator once, to have the kernel start an agent of a given level, in a
sandbox around the workspace. That agent's program (`_keeper.py`) only connects to the kernel, by the listener that is
the agent's own, and passes those connections out to the host. To the kernel, which knows a caller by the listener that
it came in on, whatever is called on them is called by that agent: it judges each call by the agent's permissions,
opens files as the agent sees them and runs commands in the agent's sandbox. The host checks nothing itself, holds no
operator's connection meanwhile, and could not do more on these than the agent if it were made to.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentos import AgentOSError, AsyncAgentOSClient, ConnectionLost, NoAnswer
from agentos._async_connection import AsyncConnection
from agentos._async_transport import AsyncTransport, _shake_hands
from agentos._slots import ANY, OWN, Slot
from agentos._socket_path import Place

from ._door import DOOR_SECONDS, Door, Doorway

if TYPE_CHECKING:
    from typing_extensions import Self

    from agentos import HelloResult, SpawnResult

# Levels for which there is nothing to keep in: what they may do, they may do to the host.
UNCONFINED = ("standard", "unrestricted")
LEVELS = ("minimal", "readonly", "sandboxed", *UNCONFINED)

_PYTHON = "/usr/bin/python3"
_KEEPER = Path(__file__).with_name("_keeper.py")
_DOOR_INSIDE = "/run/agentos-door.sock"


@dataclass(frozen=True)
class Identity:
    """The agent that the host is to act as.

    Attributes:
        name: the agent's name, by which others send it messages.
        level: the level of its permissions, one of LEVELS.
        workspace: the folder that it works in.
        permissions: fields of the permissions object that differ from the level's.
        limits: its limits, as in SPAWN.
        network: whether its commands may use the host's network.
        mounts: more of the host's files to show it, as in SPAWN; only in a sandbox.
        kernel: the kernel's socket; where the SDK looks otherwise.
    """

    name: str
    level: str
    workspace: Path
    permissions: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, Any] = field(default_factory=dict)
    network: bool = False
    mounts: tuple[dict[str, str], ...] = ()
    kernel: str | None = None

    @property
    def sandboxed(self) -> bool:
        """Whether it is confined to a sandbox."""
        return self.level not in UNCONFINED

    @property
    def working_folder(self) -> str:
        """The workspace as the agent sees it."""
        return "/workspace" if self.sandboxed else str(self.workspace)


async def start_agent(identity: Identity) -> AgentClient:
    """Have the kernel start the agent, and return a client that acts as it.

    Raises:
        AgentOSError: there is no kernel, or it refuses.
    """
    async with AsyncAgentOSClient(identity.kernel) as operator:
        with Doorway() as doorway:
            agent = await _spawn(operator, identity, doorway.path)
            try:
                door = await doorway.admit(agent.pid)
            except NoAnswer as silence:
                raise AgentOSError(f"{silence}; its last words: {await _give_up(operator, agent.id)}") from silence
    client = AgentClient(door)
    try:
        return await client.connect()
    except BaseException:
        await client.close()
        raise


async def _spawn(operator: AsyncAgentOSClient, identity: Identity, door: str) -> SpawnResult:
    confinement: dict[str, Any] = {"sandboxed": False}
    if identity.sandboxed:
        confinement = {"workspace": str(identity.workspace), "network": identity.network}
        confinement["mounts"] = [*identity.mounts, {"source": door, "target": _DOOR_INSIDE, "mode": "rw"}]
    return await operator.spawn(
        identity.name,
        command=[_PYTHON, "-I", "-c", _KEEPER.read_text(), _DOOR_INSIDE if identity.sandboxed else door],
        permissions={**identity.permissions, "level": identity.level},
        limits=identity.limits or None,
        **confinement,
    )


async def _give_up(operator: AsyncAgentOSClient, agent_id: int) -> str:
    logged = await operator.logs(agent_id, lines=1)
    try:
        await operator.kill(agent_id, grace=0)
    except AgentOSError:
        pass  # It has ended by itself.
    return logged.entries[-1].line if logged.entries else "it wrote nothing"


class AgentClient(AsyncAgentOSClient):
    """A client whose connections come through a door. A call that is cancelled ends in the kernel too."""

    def __init__(self, door: Door) -> None:
        """Prepare it; `connect` takes the first connection."""
        super().__init__()
        self._door = door

    async def connect(self) -> Self:
        """Connect, unless connected already."""
        if self._transport is None:
            connection, hello = await _open(self._door)
            self._transport = _DoorTransport(self._door, connection, hello)
        return self

    @property
    def alive(self) -> bool:
        """Whether the agent still is, as far as is known."""
        return isinstance(self._transport, _DoorTransport) and self._transport.primary.is_open

    async def close(self) -> None:
        """Hang up; the agent ends."""
        await super().close()
        self._door.close()


class _DoorTransport(AsyncTransport):
    """All connections are one agent, so that any call may use any of them, each its own.

    A cancelled call hangs up on its connection, which ends it in the kernel. The primary connection carries no calls:
    its end tells when the agent has ended.
    """

    def __init__(self, door: Door, connection: AsyncConnection, hello: HelloResult) -> None:
        super().__init__(_place(), connection, hello, DOOR_SECONDS)
        self._door = door
        self.primary = connection

    async def call(self, opcode: int, payload: bytes, seconds: float | None, route: str = ANY) -> bytes:  # noqa: ARG002
        return await super().call(opcode, payload, seconds, OWN)

    async def _fill(self, slot: Slot) -> None:
        try:
            connection, _ = await _open(self._door)
        except BaseException:
            self.release(slot)
            raise
        slot.connection = connection
        self._connections.add(connection)
        if self._ended is not None:
            connection.close()
            raise ConnectionLost(self._ended)


def _place() -> Place:
    return Place("its agent's socket")


async def _open(door: Door) -> tuple[AsyncConnection, HelloResult]:
    peer = await door.take()
    try:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_unix_connection(lambda: AsyncConnection(_place().path), sock=peer)
    except BaseException:
        peer.close()
        raise
    return connection, await _shake_hands(connection, DOOR_SECONDS)
