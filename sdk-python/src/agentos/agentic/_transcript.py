# SPDX-License-Identifier: MIT
"""The transcript as a file: one event a line, on its way to the disk before the run goes on.

The format is docs/contract/transcript.md.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable
from typing import Any

from . import _limits
from ._state import Event, State

VERSION = 1


class TranscriptError(ValueError):
    """A file is no transcript, or not one that this run could write or go on from; the text says why."""


def encode(event: Event) -> bytes:
    """Write an event as a line."""
    return json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def read_transcript(path: str | os.PathLike[str]) -> list[Event]:
    """Read the events of a transcript; what a killed writer left of a last line is not one.

    Raises:
        TranscriptError: it is no transcript; the text names the line.
        OSError: it cannot be read.
    """
    with open(path, "rb") as file:
        return _parse(file.read(_limits.TRANSCRIPT_BYTES + 1), os.fspath(path))[0]


def replay(events: Iterable[Event], name: str = "the transcript") -> State:
    """Return the state that events lead to.

    Raises:
        TranscriptError: they are not those of a run; the text names the line.
    """
    state = State()
    for number, event in enumerate(events, 1):
        problem = _problem(event, number)
        try:
            if not problem:
                state.apply(event)
                state.size += len(encode(event))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            problem = f"the event {event.get('type')!r} does not fit here ({type(error).__name__}: {error})"
        if problem:
            raise TranscriptError(f"{name}, line {number}: {problem}")
    if not state.seq:
        raise TranscriptError(f"{name} is empty: there is nothing to go on from")
    return state


class TranscriptFile:
    """A transcript that is being written, by one run at a time.

    Attributes:
        events: what was in it when it was opened.
    """

    def __init__(self, path: str | os.PathLike[str], resume: bool) -> None:
        """Open a file: one that is new or empty, or to resume, one that is there.

        Raises:
            TranscriptError: it is in use, there is a transcript already, or to resume, there is none.
            OSError: it cannot be opened.
        """
        self.path = os.fspath(path)
        create = 0 if resume else os.O_CREAT
        self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | create, 0o600)
        try:
            self._lock()
            self.events, size = self._read(resume)
        except BaseException:
            self.close()
            raise
        # One attribute, so that no signal comes between the two: where the last event ends, and its seq.
        self._end = (size, len(self.events))

    def append(self, event: Event) -> None:
        """Add an event, unless it is there. Once this returns it outlives this process, though not the system's end.

        Raises:
            OSError: it cannot be written; the file is as before.
        """
        size, seq = self._end
        if event["seq"] <= seq:
            return
        line = encode(event)
        rest = memoryview(line)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            self._end = (size + len(line), event["seq"])
        except BaseException as error:
            os.ftruncate(self._descriptor, self._end[0])
            if isinstance(error, OSError):
                raise OSError(error.errno, error.strerror, self.path) from error
            raise

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TranscriptError(f"{self.path} is being written by another run") from None

    def _read(self, resume: bool) -> tuple[list[Event], int]:
        size = os.fstat(self._descriptor).st_size
        if size and not resume:
            raise TranscriptError(f"{self.path} is there already; resume it, or choose another file")
        with open(self._descriptor, "rb", closefd=False) as file:
            events, end = _parse(file.read(_limits.TRANSCRIPT_BYTES + 1), self.path)
        if end < size:
            os.ftruncate(self._descriptor, end)
        return events, end


def _parse(data: bytes, name: str) -> tuple[list[Event], int]:
    """Return the events and where the last one ends."""
    if len(data) > _limits.TRANSCRIPT_BYTES:
        raise TranscriptError(f"{name} is longer than {_limits.TRANSCRIPT_BYTES} bytes")
    end = data.rfind(b"\n") + 1
    events = []
    for number, line in enumerate(data[:end].splitlines(), 1):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        problem = _problem(event, number)
        if problem:
            raise TranscriptError(f"{name}, line {number}: {problem}")
        events.append(event)
    return events, end


def _problem(event: Any, number: int) -> str:
    if not isinstance(event, dict):
        return "not a JSON object"
    if event.get("seq") != number:
        return f"seq should be {number}, is {event.get('seq')!r}"
    if not isinstance(event.get("type"), str) or not isinstance(event.get("time"), int):
        return "type or time is missing"
    if (number == 1) != (event["type"] == "start"):
        return "a transcript has one start, as its first event"
    if number == 1 and event.get("version") != VERSION:
        return f"the format is of version {event.get('version')!r}; this SDK knows {VERSION}"
    return ""
