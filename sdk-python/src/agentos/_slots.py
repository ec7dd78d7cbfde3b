# SPDX-License-Identifier: MIT
"""Who gets which connection, without I/O and without locks: the transports bring those.

A client has one primary connection and up to EXTRA_CONNECTIONS more. A call takes the primary when it is free, else an
extra one. The kernel gives each connection of an operator an identity of its own, while all connections of an agent
share the agent's: so a call that acts as its caller (messages, names, own permissions) may only leave the primary once
a second connection has shown that identities are shared.
"""

from __future__ import annotations

from ._limits import EXTRA_CONNECTIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


# Which connections a call may use.
ANY = "any"
IDENTITY = "identity"
OWN = "own"  # What can take long: so that ending it early, by hanging up, leaves the primary as it is.


class Slot:
    """The place of one connection; `connection` is None until the transport has opened it."""

    __slots__ = ("connection", "primary")

    def __init__(self, connection: Any, primary: bool) -> None:
        """Hold a connection of whichever transport this is."""
        self.connection = connection
        self.primary = primary


class Waiter:
    """A call that waits for a slot. `wake` is called once, when `slot` is set or the client is closed."""

    __slots__ = ("route", "slot", "wake")

    def __init__(self, route: str, wake: Callable[[], None]) -> None:
        """Wait for a slot that `route` may use."""
        self.route = route
        self.wake = wake
        self.slot: Slot | None = None


class Slots:
    """The slots of one client. A free slot and a waiter that could use it never exist at the same time.

    Attributes:
        shared_identity: whether extra connections act as the same agent as the primary; None until one was opened.
    """

    __slots__ = ("_extras", "_idle", "_waiters", "shared_identity")

    def __init__(self, primary_connection: Any) -> None:
        """Begin with the primary connection, free."""
        self._idle = [Slot(primary_connection, primary=True)]
        self._extras = 0
        self._waiters: list[Waiter] = []
        self.shared_identity: bool | None = None

    def take(self, route: str) -> Slot | None:
        """Take a slot at once, or None when all that `route` may use are taken."""
        may_use_extra = route != IDENTITY or self.shared_identity is not False
        best = None
        for slot in self._idle:
            if slot.primary and route != OWN:
                best = slot
                break
            if not slot.primary and may_use_extra:
                best = slot
        if best is not None:
            self._idle.remove(best)
        elif may_use_extra and self._extras < EXTRA_CONNECTIONS:
            self._extras += 1
            best = Slot(None, primary=False)
        return best

    def wait(self, route: str, wake: Callable[[], None]) -> Waiter:
        """Queue up for a slot, behind those who already wait."""
        waiter = Waiter(route, wake)
        self._waiters.append(waiter)
        return waiter

    def leave(self, waiter: Waiter) -> None:
        """Stop waiting; a slot that was handed over in the meantime is handed on."""
        if waiter in self._waiters:
            self._waiters.remove(waiter)
        if waiter.slot is not None:
            self.give_back(waiter.slot)

    def give_back(self, slot: Slot) -> None:
        """Free a slot. An extra one whose connection has ended (or never began) makes room for a new one."""
        if slot.primary or (slot.connection is not None and slot.connection.is_open):
            self._idle.append(slot)
        else:
            self._extras -= 1
        for waiter in self._waiters[:]:
            waiter.slot = self.take(waiter.route)
            if waiter.slot is not None:
                self._waiters.remove(waiter)
                waiter.wake()

    def drain(self) -> list[Any]:
        """Send everyone away who waits, and return the connections that are idle: there will be no more calls."""
        waiters, self._waiters = self._waiters, []
        idle, self._idle = self._idle, []
        for waiter in waiters:
            waiter.wake()
        return [slot.connection for slot in idle]
