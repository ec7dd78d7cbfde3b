# SPDX-License-Identifier: MIT
"""How connections come out of a sandbox: the host opens a door, its agent comes in and hands them over."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import tempfile
from typing import TYPE_CHECKING

from agentos import ConnectionLost, NoAnswer

if TYPE_CHECKING:
    from typing_extensions import Self

# From asking for the agent until it has come to the door, and for each connection that it hands out.
DOOR_SECONDS = 20.0
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


class Doorway:
    """A socket in a folder of the host's own, where its agent comes in once.

    Attributes:
        path: the socket.
    """

    def __init__(self) -> None:
        """Open it. Not in XDG_RUNTIME_DIR, which is a tmpfs: before Linux 6.3 those take no id mapping."""
        self._folder = tempfile.TemporaryDirectory(prefix="agentos-door-")
        self.path = os.path.join(self._folder.name, "door")
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.setblocking(False)
        self._listener.bind(self.path)
        self._listener.listen()

    async def admit(self, process_id: int) -> Door:
        """Wait for the agent of that process id; whoever else comes is sent away.

        Raises:
            NoAnswer: it did not come.
        """
        try:
            return await asyncio.wait_for(self._admit(process_id), DOOR_SECONDS)
        except asyncio.TimeoutError:
            raise NoAnswer(f"the agent did not connect within {DOOR_SECONDS:g} s") from None

    async def _admit(self, process_id: int) -> Door:
        loop = asyncio.get_running_loop()
        while True:
            peer, _ = await loop.sock_accept(self._listener)
            came, _, _ = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
            if came == process_id:
                return Door(peer)
            peer.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close: nobody else comes in."""
        self._listener.close()
        self._folder.cleanup()


class Door:
    """The agent's end of the door is in its sandbox; through it come connections that are the agent's."""

    def __init__(self, peer: socket.socket) -> None:
        """Own the socket at whose other end the agent is."""
        peer.setblocking(False)
        self._peer = peer
        self._turn = asyncio.Lock()
        self._asked = False

    async def take(self) -> socket.socket:
        """Return one more socket on which the agent has connected to its kernel.

        Raises:
            ConnectionLost: the agent has ended.
            NoAnswer: it hands out none, as one that is paused.
        """
        async with self._turn:
            try:
                return await asyncio.wait_for(self._take(), DOOR_SECONDS)
            except asyncio.TimeoutError:
                raise NoAnswer(f"the agent hands out no connection for {DOOR_SECONDS:g} s") from None

    async def _take(self) -> socket.socket:
        loop = asyncio.get_running_loop()
        try:
            if not self._asked:
                self._asked = True  # From here on one is owed, to whoever asks next if this is cancelled.
                await loop.sock_sendall(self._peer, b"\0")
            await self._readable(loop)
            came, lines, _, _ = socket.recv_fds(self._peer, 1, 1)
        except OSError as error:
            raise ConnectionLost(f"the agent has ended: {error.strerror or error}") from error
        if not came or not lines:
            raise ConnectionLost("the agent has ended, and the kernel perhaps with it")
        self._asked = False
        return socket.socket(fileno=lines[0])

    async def _readable(self, loop: asyncio.AbstractEventLoop) -> None:
        event = asyncio.Event()
        loop.add_reader(self._peer, event.set)
        try:
            await event.wait()
        finally:
            loop.remove_reader(self._peer)

    def close(self) -> None:
        """Shut it: the agent ends."""
        self._peer.close()
