# SPDX-License-Identifier: MIT
"""The blocking transport: `call`, from any thread, and `open_stream` for answers of several frames.

It lives from one connect to one close. Losing the primary connection ends it for good, as the identity behind it is
gone: that is why a reconnect is the caller's decision, and makes a new transport.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from time import monotonic

from ._connection import Connection, open_connection
from ._errors import ConnectionLost
from ._failures import after_end, after_fork, busy, check_size
from ._limits import CALL_SECONDS
from ._opcodes import Opcode
from ._payloads import decode_hello, encode_hello
from ._slots import ANY, IDENTITY, OWN, Slot, Slots
from ._socket_path import Place, candidates, not_running

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._results import HelloResult


def open_transport(socket_path: str | os.PathLike[str] | None, connect_seconds: float) -> Transport:
    """Connect to the first kernel that answers where `candidates` says to look.

    Raises:
        NotRunning: there is none.
        TransportError: what answered is no kernel that this SDK can talk to.
    """
    attempts = []
    for place in candidates(socket_path):
        try:
            connection = open_connection(place, connect_seconds)
        except OSError as error:
            attempts.append((place.path, error))
        else:
            return Transport(place, connection, connect_seconds)
    raise not_running(attempts)


def _shake_hands(connection: Connection, seconds: float) -> HelloResult:
    deadline = monotonic() + seconds
    try:
        connection.send(Opcode.HELLO, encode_hello(), deadline)
        hello = decode_hello(connection.receive(Opcode.HELLO, deadline))
    except BaseException:
        connection.close()
        raise
    connection.limit_payloads(hello.limits["max_payload"])
    return hello


class Transport:
    """A primary connection and a few extra ones, which are opened when they are first needed.

    Attributes:
        place: where the kernel listens.
        hello: what the kernel said of itself.
        agent_id: the identity of the primary connection.
    """

    def __init__(self, place: Place, connection: Connection, connect_seconds: float) -> None:
        """Shake hands on a fresh connection, which becomes the primary one."""
        self.place = place
        self.hello = _shake_hands(connection, connect_seconds)
        self.agent_id = connection.agent_id
        self._connect_seconds = connect_seconds
        self._process_id = os.getpid()
        self._lock = allocate_lock()  # guards everything below
        self._slots = Slots(connection)
        self._connections = {connection}
        self._ended: str | None = None
        # Slots of streams that were dropped unread. A finalizer may run inside a locked section of its own thread, so
        # it only appends here.
        self._abandoned: list[Slot] = []

    def call(self, opcode: int, payload: bytes, seconds: float | None, route: str = ANY) -> bytes:
        """Carry one request to the kernel and its answer back; `seconds` of None waits for as long as it takes.

        Raises:
            TransportError: that failed; `Busy` if no connection came free.
            TooLarge: the kernel would not take a request of this size.
        """
        check_size(opcode, payload, self.hello.limits["max_payload"])
        slot = self._acquire(opcode, route, seconds)
        try:
            deadline = None if seconds is None else monotonic() + seconds
            slot.connection.send(opcode, payload, deadline)
            answer: bytes = slot.connection.receive(opcode, deadline)
        except BaseException as error:
            self.release(slot, error)
            raise
        self.release(slot)
        return answer

    def open_stream(self, opcode: int, payload: bytes, seconds: float | None) -> StreamSource:
        """Send a request that several frames will answer; `seconds` bounds all of them together."""
        check_size(opcode, payload, self.hello.limits["max_payload"])
        slot = self._acquire(opcode, OWN, seconds)
        try:
            deadline = None if seconds is None else monotonic() + seconds
            slot.connection.send(opcode, payload, deadline)
        except BaseException as error:
            self.release(slot, error)
            raise
        return StreamSource(self, slot, opcode, deadline)

    def close(self) -> None:
        """Hang up. Calls that other threads have under way raise ConnectionLost."""
        if self._process_id != os.getpid():
            # After a fork. No lock: its holder may not exist in this process. No interruption: the parent still talks.
            for connection in self._connections:
                connection.close()
            return
        with self._lock:
            self._end(after_end(None))
            for connection in self._connections:
                connection.interrupt()

    def release(self, slot: Slot, error: BaseException | None = None) -> None:
        """Give back the slot of a call that is over; `error` is how it failed."""
        with self._lock:
            connection = slot.connection
            if connection is not None and not connection.is_open:
                self._connections.discard(connection)
            if slot.primary and not connection.is_open:
                self._end(after_end(error))
            if self._ended is None:
                self._slots.give_back(slot)
            elif connection is not None:
                connection.close()

    def abandon(self, slot: Slot) -> None:
        """Give back the slot of a stream that is being finalized."""
        slot.connection.close()
        self._abandoned.append(slot)

    def _end(self, reason: str) -> None:
        if self._ended is None:
            self._ended = reason
        for connection in self._slots.drain():
            self._connections.discard(connection)
            connection.close()

    def _check_usable(self) -> None:
        if self._ended is not None:
            raise ConnectionLost(self._ended)

    def _acquire(self, opcode: int, route: str, seconds: float | None) -> Slot:
        if self._process_id != os.getpid():
            raise after_fork(self._process_id)
        patience = CALL_SECONDS if seconds is None else min(seconds, CALL_SECONDS)
        while True:
            slot = self._take(opcode, route, patience)
            if slot.connection is None:
                self._fill(slot)
            if slot.primary or route != IDENTITY or self._slots.shared_identity:
                return slot
            self.release(slot)  # It would act as somebody else. Now that this is known, only the primary comes.

    def _take(self, opcode: int, route: str, patience: float) -> Slot:
        with self._lock:
            self._check_usable()
            while self._abandoned:
                self._slots.give_back(self._abandoned.pop())
            slot = self._slots.take(route)
            if slot is not None:
                return slot
            gate = allocate_lock()
            gate.acquire()
            waiter = self._slots.wait(route, gate.release)
        try:
            gate.acquire(timeout=patience)
        except BaseException:
            with self._lock:
                self._slots.leave(waiter)
            raise
        with self._lock:
            if waiter.slot is None:
                self._slots.leave(waiter)
                self._check_usable()
                raise busy(opcode, patience)
            return waiter.slot

    def _fill(self, slot: Slot) -> None:
        try:
            try:
                connection = open_connection(self.place, self._connect_seconds)
            except OSError as error:
                raise not_running([(self.place.path, error)]) from error
            _shake_hands(connection, self._connect_seconds)
        except BaseException:
            self.release(slot)
            raise
        with self._lock:
            slot.connection = connection
            self._connections.add(connection)
            self._slots.shared_identity = connection.agent_id == self.agent_id
            if self._ended is not None:
                connection.close()
                raise ConnectionLost(self._ended)


class StreamSource:
    """The frames of one answer, and the connection that they come on."""

    __slots__ = ("_deadline", "_opcode", "_slot", "_transport")

    def __init__(self, transport: Transport, slot: Slot, opcode: int, deadline: float | None) -> None:
        """Own a slot on whose connection the request was sent."""
        self._transport = transport
        self._slot: Slot | None = slot
        self._opcode = opcode
        self._deadline = deadline

    def read(self) -> bytes:
        """Wait for the next frame.

        Raises:
            TransportError: there will be none; `ConnectionLost` too if the stream was closed.
        """
        if self._slot is None:
            raise ConnectionLost("this stream is closed")
        frame: bytes = self._slot.connection.receive(self._opcode, self._deadline)
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
        """Close from a finalizer."""
        slot, self._slot = self._slot, None
        if slot is not None:
            self._transport.abandon(slot)
