# SPDX-License-Identifier: MIT
"""The process of an MCP server: lines that are too long, and a server that does not read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from agentos.mcp_servers import _limits
from agentos.mcp_servers._child import Child

LINE_BYTES = 1000


@contextmanager
def child(program: str) -> Iterator[Child]:
    started = Child([sys.executable, "-c", program], "/", LINE_BYTES)
    try:
        yield started
    finally:
        started.stop()


def test_lines_come_whole_and_of_those_that_are_too_long_the_beginning() -> None:
    program = "print('a'); print(); print('b' * 1000); print('c' * 1001); print('d' * (5 << 20)); print('e', end='')"
    with child(program) as started:
        lines = [*started.lines()]

    assert lines[:3] == [(b"a", True), (b"", True), (b"b" * 1000, True)]
    assert [(line[:1], whole) for line, whole in lines[3:]] == [(b"c", False), (b"d", False)]
    assert all(len(line) <= LINE_BYTES for line, _ in lines)


def test_a_message_reaches_a_server_that_reads() -> None:
    with child("import sys; print(sys.stdin.readline(), end='')") as started:
        assert started.tell({"words": "ä" * 100})
        assert next(started.lines()) == (('{"words":"' + "ä" * 100 + '"}').encode(), True)


def test_a_server_that_does_not_read_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "WRITE_SECONDS", 0.2)
    with child("import signal; signal.pause()") as started:
        assert not started.tell({"words": "x" * (4 << 20)})


def test_a_server_that_has_ended_is_not_told() -> None:
    with child("import sys; sys.exit(3)") as started:
        assert [*started.lines()] == []
        assert started.end() == "ended with exit code 3"
        assert not started.tell({})
