# SPDX-License-Identifier: MIT
"""Streamed answers without I/O: frames in, parts and the final result out."""

from __future__ import annotations

from collections import deque

from ._payloads import decode_answer
from ._results import LogEntry, Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Generic, TypeVar

    Part = TypeVar("Part", bound=Result)
    Final = TypeVar("Final")

    class Streamed(Generic[Part, Final]):
        """Parametrized by what the parts and the final result are."""
else:  # typing.Generic, without the time that it takes to load typing
    Part = Final = object

    class Streamed:
        """Parametrized by what the parts and the final result are."""

        __slots__ = ()

        def __class_getitem__(cls, _: object) -> type:
            """Ignore the parameters, as typing.Generic does at run time."""
            return cls


class PartReader(Streamed[Part, Final]):
    """Sorts the frames of one answer: all but the last carry `"partial": true`.

    Attributes:
        parts: what was received and not yet handed out.
        ended: whether the last frame has come.
    """

    __slots__ = ("_final", "_last", "_opcode", "_part", "ended", "parts")

    def __init__(self, opcode: int, part: type[Part], final: Callable[[dict[str, Any]], Final]) -> None:
        """Read answers to `opcode`; `part` and `final` make the results."""
        self._opcode = opcode
        self._part = part
        self._final = final
        self._last: dict[str, Any] = {}
        self.parts: deque[Part] = deque()
        self.ended = False

    def accept(self, payload: bytes) -> None:
        """Take the next frame.

        Raises:
            KernelError: it says that the call failed.
            ProtocolError: it is no answer.
        """
        answer = decode_answer(self._opcode, payload)
        self.ended = answer.pop("partial", False) is not True
        if self.ended:
            self._last = answer
        self.parts.extend(self._split(answer))

    def final(self) -> Final:
        """Make the result out of the last frame."""
        return self._final(self._last)

    def _split(self, answer: dict[str, Any]) -> list[Part]:
        return [] if self.ended else [self._part(answer)]


class LogReader(PartReader[LogEntry, Final]):
    """Reads LOGS, whose frames, the last one too, hold several lines each."""

    __slots__ = ()

    def __init__(self, opcode: int, final: Callable[[dict[str, Any]], Final]) -> None:
        """Read answers to `opcode`."""
        super().__init__(opcode, LogEntry, final)

    def _split(self, answer: dict[str, Any]) -> list[LogEntry]:
        return [LogEntry(entry) for entry in answer.get("entries", ())]
