# SPDX-License-Identifier: MIT
"""One asyncio connection. It belongs to one call at a time; the transport sees to that."""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from struct import calcsize, unpack
from typing import NoReturn

from ._failures import check_opcode, check_silence, explain, hung_up
from ._frames import HEADER, Frame, FrameDecoder, encode_frame
from ._limits import CONNECT_PAUSE_SECONDS, STREAM_BYTES_AHEAD
from ._socket_path import Place, check_owner, check_path

_CREDENTIALS = "3i"  # struct ucred: pid, uid, gid


async def open_async_connection(place: Place, seconds: float) -> AsyncConnection:
    """Connect to the kernel at a place.

    Raises:
        OSError: nobody accepts there.
    """
    check_path(place.path)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        peer.setblocking(False)
        while True:
            try:
                peer.connect(place.path)
                break
            except BlockingIOError:
                # The backlog is full (unix(7)), and there is no event to wait for.
                if loop.time() >= deadline:
                    raise
                await asyncio.sleep(CONNECT_PAUSE_SECONDS)
        _, owner_uid, _ = unpack(
            _CREDENTIALS, peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, calcsize(_CREDENTIALS))
        )
        check_owner(place, owner_uid)
        _, connection = await loop.create_unix_connection(lambda: AsyncConnection(place.path), sock=peer)
    except BaseException:
        peer.close()
        raise
    return connection


class AsyncConnection(asyncio.Protocol):
    """A connected socket, its decoder, and the frames that have come. Any failure closes it.

    Attributes:
        agent_id: the id that the kernel gave this connection; 0 before its first answer.
        is_open: whether calls can be made.
    """

    def __init__(self, path: str) -> None:
        """Wait for asyncio to connect it."""
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._decoder = FrameDecoder()
        self._frames: deque[Frame] = deque()
        self._bytes_ahead = 0
        self._failure: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport
        self.agent_id = 0
        self.is_open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = transport  # type: ignore[assignment] # asyncio promises a Transport; uvloop's derives from none

    def data_received(self, data: bytes) -> None:
        """Called by asyncio: sort the bytes into frames, and stop reading while too many of them wait."""
        self._decoder.feed(data)
        try:
            while (frame := self._decoder.next_frame()) is not None:
                self._frames.append(frame)
                self._bytes_ahead += HEADER.size + len(frame.payload)
        except Exception as error:
            self._failure = error
            self._transport.abort()
        if self._bytes_ahead > STREAM_BYTES_AHEAD:
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio: frames that have come can still be received."""
        self.is_open = False
        self._failure = self._failure or exc or EOFError()
        self._wake()

    def limit_payloads(self, payload_bytes_max: int) -> None:
        """Refuse answers larger than what the kernel said is the most."""
        self._decoder.payload_bytes_max = payload_bytes_max

    def send(self, opcode: int, payload: bytes) -> None:
        """Send a request; what the socket does not take at once is kept, at most one request.

        Raises:
            ProtocolError: something unasked has been received; the connection is closed.
        """
        try:
            check_silence(self._bytes_ahead + self._decoder.bytes_held)
        except BaseException:
            self.close()
            raise
        self._transport.write(encode_frame(opcode, payload))

    async def receive(self, opcode: int, deadline: float | None) -> bytes:
        """Return the payload of the next frame, which must answer `opcode`. A cancelled wait may be taken up again.

        Raises:
            TransportError: no such frame came; the connection is closed.
            KernelError: the kernel refused the frame itself; the connection is closed.
        """
        try:
            while not self._frames:
                if self._failure is not None:
                    raise self._failure
                await self._wait(deadline)
            frame = self._frames.popleft()
            self._bytes_ahead -= HEADER.size + len(frame.payload)
            if self._bytes_ahead <= STREAM_BYTES_AHEAD:
                self._transport.resume_reading()
            check_opcode(frame, opcode)
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            self._fail(error, opcode)
        self.agent_id = frame.agent_id
        return frame.payload

    def close(self) -> None:
        """Hang up. A call that is under way fails now."""
        self.is_open = False
        self._failure = self._failure or EOFError()
        self._transport.abort()
        self._wake()

    async def _wait(self, deadline: float | None) -> None:
        self._waiter = self._loop.create_future()
        alarm = None if deadline is None else self._loop.call_at(deadline, self._give_up, self._waiter)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if alarm is not None:
                alarm.cancel()

    @staticmethod
    def _give_up(waiter: asyncio.Future[None]) -> None:
        if not waiter.done():
            waiter.set_exception(TimeoutError())

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: BaseException, opcode: int) -> NoReturn:
        self.close()
        reason = hung_up(self._path, opcode) if isinstance(error, EOFError) else explain(error, self._path, opcode)
        if reason is error:
            raise error
        raise reason from error
