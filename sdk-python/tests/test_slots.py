# SPDX-License-Identifier: MIT
from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from agentos._limits import EXTRA_CONNECTIONS
from agentos._slots import ANY, IDENTITY, OWN, Slot, Slots, Waiter

ROUTES = st.sampled_from([ANY, IDENTITY, OWN])


class Connection:
    """All that slots know of a connection."""

    def __init__(self) -> None:
        self.is_open = True


class SlotsMachine(RuleBasedStateMachine):
    """Calls come, go, wait and give up in any order; the promises of `Slots` hold at each step."""

    def __init__(self) -> None:
        super().__init__()
        self.slots = Slots(Connection())
        self.held: list[Slot] = []
        self.waiters: list[Waiter] = []

    @rule(route=ROUTES)
    def call(self, route: str) -> None:
        slot = self.slots.take(route)
        if slot is not None:
            self._hold(slot, route)
        else:
            waiter = self.slots.wait(route, lambda: None)
            self.waiters.append(waiter)

    @rule(data=st.data(), survives=st.booleans())
    def end_a_call(self, data: st.DataObject, survives: bool) -> None:
        if not self.held:
            return
        slot = data.draw(st.sampled_from(self.held))
        self.held.remove(slot)
        if not slot.primary:
            slot.connection.is_open = survives
        self.slots.give_back(slot)
        self._collect()

    @rule(data=st.data())
    def give_up_waiting(self, data: st.DataObject) -> None:
        if not self.waiters:
            return
        waiter = data.draw(st.sampled_from(self.waiters))
        self.waiters.remove(waiter)
        self.slots.leave(waiter)
        self._collect()

    @rule(shared=st.booleans())
    def learn_whether_identities_are_shared(self, shared: bool) -> None:
        if self.slots.shared_identity is None:
            self.slots.shared_identity = shared

    @invariant()
    def no_slot_is_held_twice(self) -> None:
        assert len({id(slot) for slot in self.held}) == len(self.held)

    @invariant()
    def there_are_never_more_connections_than_allowed(self) -> None:
        assert len([slot for slot in self.held if not slot.primary]) <= EXTRA_CONNECTIONS
        assert len([slot for slot in self.held if slot.primary]) <= 1

    @invariant()
    def nobody_waits_for_what_is_free(self) -> None:
        for waiter in self.waiters:
            slot = self.slots.take(waiter.route)
            assert slot is None, f"{waiter.route} waits beside a free slot"

    def _collect(self) -> None:
        for waiter in self.waiters[:]:
            if waiter.slot is not None:
                self.waiters.remove(waiter)
                self._hold(waiter.slot, waiter.route)

    def _hold(self, slot: Slot, route: str) -> None:
        assert not (slot.primary and route == OWN)
        assert slot.primary or route != IDENTITY or self.slots.shared_identity is not False
        if slot.connection is None:
            slot.connection = Connection()
        self.held.append(slot)


TestSlots = SlotsMachine.TestCase


def test_who_waited_first_is_served_first() -> None:
    slots = Slots(Connection())
    slots.shared_identity = False
    primary = slots.take(IDENTITY)
    assert primary is not None
    served: list[str] = []
    first = slots.wait(IDENTITY, lambda: served.append("first"))
    second = slots.wait(IDENTITY, lambda: served.append("second"))

    slots.give_back(primary)

    assert served == ["first"]
    assert first.slot is primary
    assert second.slot is None


def test_draining_sends_everyone_away_and_returns_what_is_idle() -> None:
    connection = Connection()
    slots = Slots(connection)
    slots.shared_identity = False
    held = slots.take(IDENTITY)
    assert held is not None
    woken: list[bool] = []
    waiter = slots.wait(IDENTITY, lambda: woken.append(True))

    assert slots.drain() == []
    assert woken == [True]
    assert waiter.slot is None
    slots.give_back(held)
    assert slots.drain() == [connection]
