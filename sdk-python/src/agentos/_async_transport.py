# SPDX-License-Identifier: MIT
"""The asyncio transport: what `_transport.py` is for threads, for the tasks of one event loop.

A task can be cancelled while its answer is under way. On an extra connection that hangs up, which ends the call in the
kernel too. The primary connection is kept: its answer is waited for and thrown away before the next call gets it.
"""

from __future__ import annotations

import asyncio
import os

from ._async_connection import AsyncConnection, open_async_connection
from ._errors import ConnectionLost
from ._failures import after_end, busy, check_size
from ._limits import CALL_SECONDS
from ._opcodes import Opcode
from ._payloads import decode_hello, encode_hello
from ._results import HelloResult
from ._slots import ANY, IDENTITY, OWN, Slot, Slots
from ._socket_path import Place, candidates, not_running


async def open_async_transport(socket_path: str | os.PathLike[str] | None, connect_seconds: float) -> AsyncTransport:
    """Connect to the first kernel that answers where `candidates` says to look.

    Raises:
        NotRunning: there is none.
        TransportError: what answered is no kernel that this SDK can talk to.
    """
    attempts = []
    for place in candidates(socket_path):
        try:
            connection = await open_async_connection(place, connect_seconds)
        except OSError as error:
            attempts.append((place.path, error))
        else:
            hello = await _shake_hands(connection, connect_seconds)
            return AsyncTransport(place, connection, hello, connect_seconds)
    raise not_running(attempts)


async def _shake_hands(connection: AsyncConnection, seconds: float) -> HelloResult:
    try:
        connection.send(Opcode.HELLO, encode_hello())
        deadline = asyncio.get_running_loop().time() + seconds
        hello = decode_hello(await connection.receive(Opcode.HELLO, deadline))
    except BaseException:
        connection.close()
        raise
    connection.limit_payloads(hello.limits["max_payload"])
    return hello


class AsyncTransport:
    """A primary connection and a few extra ones, which are opened when they are first needed.

    Attributes:
        place: where the kernel listens.
        hello: what the kernel said of itself.
        agent_id: the identity of the primary connection.
    """

    def __init__(self, place: Place, connection: AsyncConnection, hello: HelloResult, connect_seconds: float) -> None:
        """Own a connection that has shaken hands, which becomes the primary one."""
        self.place = place
        self.hello = hello
        self.agent_id = connection.agent_id
        self._connect_seconds = connect_seconds
        self._loop = asyncio.get_running_loop()
        self._slots = Slots(connection)
        self._connections = {connection}
        self._ended: str | None = None
        self._discards: set[asyncio.Task[None]] = set()

    async def call(self, opcode: int, payload: bytes, seconds: float | None, route: str = ANY) -> bytes:
        """Carry one request to the kernel and its answer back; `seconds` of None waits for as long as it takes.

        Raises:
            TransportError: that failed; `Busy` if no connection came free.
            TooLarge: the kernel would not take a request of this size.
        """
        check_size(opcode, payload, self.hello.limits["max_payload"])
        slot = await self._acquire(opcode, route, seconds)
        deadline = None if seconds is None else self._loop.time() + seconds
        try:
            slot.connection.send(opcode, payload)
            answer: bytes = await slot.connection.receive(opcode, deadline)
        except asyncio.CancelledError:
            self._cancel(slot, opcode, deadline)
            raise
        except BaseException as error:
            self.release(slot, error)
            raise
        self.release(slot)
        return answer

    async def open_stream(self, opcode: int, payload: bytes, seconds: float | None) -> AsyncStreamSource:
        """Send a request that several frames will answer; `seconds` bounds all of them together."""
        check_size(opcode, payload, self.hello.limits["max_payload"])
        slot = await self._acquire(opcode, OWN, seconds)
        try:
            slot.connection.send(opcode, payload)
        except BaseException as error:
            self.release(slot, error)
            raise
        return AsyncStreamSource(self, slot, opcode, None if seconds is None else self._loop.time() + seconds)

    def close(self) -> None:
        """Hang up. Calls that other tasks have under way raise ConnectionLost."""
        self._end(after_end(None))
        for connection in self._connections:
            connection.close()

    def release(self, slot: Slot, error: BaseException | None = None) -> None:
        """Give back the slot of a call that is over; `error` is how it failed."""
        connection = slot.connection
        if connection is not None and not connection.is_open:
            self._connections.discard(connection)
        if slot.primary and not connection.is_open:
            self._end(after_end(error))
        if self._ended is None:
            self._slots.give_back(slot)
        elif connection is not None:
            connection.close()

    def close_soon(self, source: AsyncStreamSource) -> None:
        """Have the event loop close a stream that is being finalized, in whichever thread that happens."""
        try:
            self._loop.call_soon_threadsafe(source.close)
        except RuntimeError:
            pass  # The loop is closed, and the connection with it.

    def _cancel(self, slot: Slot, opcode: int, deadline: float | None) -> None:
        if slot.primary:
            task = self._loop.create_task(self._discard(slot, opcode, deadline))
            self._discards.add(task)
            task.add_done_callback(self._discards.discard)
        else:
            slot.connection.close()
            self.release(slot)

    async def _discard(self, slot: Slot, opcode: int, deadline: float | None) -> None:
        failure = None
        try:
            await slot.connection.receive(opcode, deadline)
        except asyncio.CancelledError:
            slot.connection.close()
            raise
        except Exception as error:
            failure = error
        finally:
            self.release(slot, failure)

    def _end(self, reason: str) -> None:
        if self._ended is None:
            self._ended = reason
        for connection in self._slots.drain():
            self._connections.discard(connection)
            connection.close()

    def _check_usable(self) -> None:
        if self._ended is not None:
            raise ConnectionLost(self._ended)

    async def _acquire(self, opcode: int, route: str, seconds: float | None) -> Slot:
        patience = CALL_SECONDS if seconds is None else min(seconds, CALL_SECONDS)
        while True:
            slot = await self._take(opcode, route, patience)
            if slot.connection is None:
                await self._fill(slot)
            if slot.primary or route != IDENTITY or self._slots.shared_identity:
                return slot
            self.release(slot)  # It would act as somebody else. Now that this is known, only the primary comes.

    async def _take(self, opcode: int, route: str, patience: float) -> Slot:
        self._check_usable()
        slot = self._slots.take(route)
        if slot is not None:
            return slot
        gate = self._loop.create_future()

        def wake() -> None:
            if not gate.done():
                gate.set_result(None)

        waiter = self._slots.wait(route, wake)
        alarm = self._loop.call_later(patience, wake)
        try:
            await gate
        except BaseException:
            self._slots.leave(waiter)
            raise
        finally:
            alarm.cancel()
        if waiter.slot is None:
            self._slots.leave(waiter)
            self._check_usable()
            raise busy(opcode, patience)
        return waiter.slot

    async def _fill(self, slot: Slot) -> None:
        try:
            try:
                connection = await open_async_connection(self.place, self._connect_seconds)
            except OSError as error:
                raise not_running([(self.place.path, error)]) from error
            await _shake_hands(connection, self._connect_seconds)
        except BaseException:
            self.release(slot)
            raise
        slot.connection = connection
        self._connections.add(connection)
        self._slots.shared_identity = connection.agent_id == self.agent_id
        if self._ended is not None:
            connection.close()
            raise ConnectionLost(self._ended)


class AsyncStreamSource:
    """The frames of one answer, and the connection that they come on."""

    __slots__ = ("_deadline", "_opcode", "_slot", "_transport")

    def __init__(self, transport: AsyncTransport, slot: Slot, opcode: int, deadline: float | None) -> None:
        """Own a slot on whose connection the request was sent."""
        self._transport = transport
        self._slot: Slot | None = slot
        self._opcode = opcode
        self._deadline = deadline

    async def read(self) -> bytes:
        """Wait for the next frame.

        Raises:
            TransportError: there will be none; `ConnectionLost` too if the stream was closed.
        """
        if self._slot is None:
            raise ConnectionLost("this stream is closed")
        frame: bytes = await self._slot.connection.receive(self._opcode, self._deadline)
        return frame

    def finish(self) -> None:
        """Give back the connection: the last frame was read."""
        slot, self._slot = self._slot, None
        if slot is not None:
            self._transport.release(slot)

    def close(self) -> None:
        """Stop before the last frame: hanging up is what tells the kernel."""
        if self._slot is not None:
            self._slot.connection.close()
            self.finish()

    def abandon(self) -> None:
        """Close from a finalizer, which may run in any thread."""
        if self._slot is not None:
            self._transport.close_soon(self)
