# SPDX-License-Identifier: MIT
"""Notices that a model goes in circles."""

from __future__ import annotations

from collections import deque
from typing import Any

from . import _limits

# To ask these again after they have waited is what they are for.
_WAITING = ("wait_for_agent", "receive_messages")
_WAITED_SECONDS = 1.0


class Repeats:
    """Counts calls that come again with the same result, as long as nothing new comes between them.

    A test that fails in the same way after each of several changes is no circle: the changes are new.
    """

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._seen: deque[int] = deque(maxlen=_limits.REPEATS_WINDOW)
        self._circle: list[int] = []

    def times(self, tool: str, arguments: Any, text: str, seconds: float) -> int:
        """Take in a call, and return how often it has come since the last that was new, that one included."""
        if tool in _WAITING and seconds >= _WAITED_SECONDS:
            return 1
        call = hash((tool, repr(arguments), text))
        if call not in self._seen:
            self._circle.clear()
        else:
            self._circle.append(call)
        self._seen.append(call)
        return 1 + self._circle.count(call)
