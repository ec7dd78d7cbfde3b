# SPDX-License-Identifier: MIT
"""Events are written down and then count; an interruption between the two loses and doubles nothing."""

from __future__ import annotations

from collections.abc import Callable

from ._state import Event, State

# Writes an event down; the same one given again is not written twice.
Record = Callable[[Event], None]


class Journal:
    """The transcript of one run as it grows, and what it comes to."""

    def __init__(self, state: State, record: Record) -> None:
        """Go on from a state."""
        self.state = state
        self._record = record
        self._writing: Event | None = None

    def write(self, event: Event) -> Event:
        """Write an event down, let it count, and return it."""
        self._writing = event
        self._record(event)
        if event["seq"] > self.state.seq:
            self.state.apply(event)
        self._writing = None
        return event

    def settle(self) -> None:
        """Finish what an exception, such as a signal's, may have interrupted; do this before writing more."""
        if self._writing is not None:
            self.write(self._writing)
