# SPDX-License-Identifier: MIT
from __future__ import annotations

import gc
import json
from typing import Any

import pytest
from clients import MakeClient
from peer import MakePeer, Talk

from agentos import CommandFailed, ConnectionLost, ExecResult, KernelError, LogEntry, Opcode, ThinkPart, ThinkResult
from agentos._limits import EXTRA_CONNECTIONS


class Parts:
    """A script that answers with these frames, and notes what it was asked."""

    def __init__(self, *frames: dict[str, Any]) -> None:
        self.requests: list[dict[str, Any]] = []
        self.connections: list[int] = []
        self._frames = frames

    def __call__(self, talk: Talk, opcode: int, payload: bytes) -> None:
        if opcode == Opcode.NOOP:
            talk.send(talk.frame(opcode, payload))
            return
        self.requests.append(json.loads(payload))
        self.connections.append(talk.number)
        asked = self.requests[-1]
        for fields in self._frames if "stream" in asked or "follow" in asked else self._frames[-1:]:
            talk.answer(opcode, fields)


THINK = Parts(
    {"success": True, "partial": True, "content": "fo"},
    {"success": True, "partial": True, "content": "ur"},
    {"success": True, "content": "four", "tokens": 3},
)


@pytest.fixture(autouse=True)
def forget_requests() -> None:
    THINK.requests.clear()
    THINK.connections.clear()


def test_think_in_parts(make_peer: MakePeer, make_client: MakeClient) -> None:
    client = make_client(make_peer(THINK))

    with client.think_stream("2+2?", model="m") as stream:
        parts = list(stream)

    assert parts == [{"success": True, "content": "fo"}, {"success": True, "content": "ur"}]
    assert all(type(part) is ThinkPart for part in parts)
    assert stream.result().content == "four"
    assert type(stream.result()) is ThinkResult
    assert THINK.requests == [{"prompt": "2+2?", "model": "m", "stream": True}]


def test_the_result_may_be_asked_for_at_once(make_peer: MakePeer, make_client: MakeClient) -> None:
    stream = make_client(make_peer(THINK)).think("2+2?", stream=True)

    assert stream.result().tokens == 3
    assert [part.content for part in stream] == ["fo", "ur"]


def test_a_stream_has_a_connection_of_its_own_which_is_used_again(make_peer: MakePeer, make_client: MakeClient) -> None:
    client = make_client(make_peer(THINK, shared_identity=False))

    for _ in range(3):
        for part in client.think_stream("x"):
            assert client.echo(part.content) == part.content
            client.call(Opcode.SEND, {"to": 1})

    assert THINK.connections == [1, 0, 0] * 3


def test_an_answer_without_parts_is_a_stream_too(make_peer: MakePeer, make_client: MakeClient) -> None:
    stream = make_client(make_peer(Parts({"success": True, "content": "whole"}))).think_stream("x")

    assert list(stream) == []
    assert stream.result().content == "whole"


def test_exec_in_parts(make_peer: MakePeer, make_client: MakeClient) -> None:
    script = Parts(
        {"success": True, "partial": True, "stream": "stdout", "data": "one\n"},
        {"success": True, "partial": True, "stream": "stderr", "data": "oh\n"},
        {"success": False, "exit_code": 2, "stdout": "one\n", "stderr": "oh\n"},
    )
    client = make_client(make_peer(script))

    stream = client.exec_stream(["make", "all"], cwd="/src")
    assert [(part.stream, part.data) for part in stream] == [("stdout", "one\n"), ("stderr", "oh\n")]
    assert type(stream.result()) is ExecResult
    assert stream.result().exit_code == 2
    assert script.requests == [{"argv": ["make", "all"], "cwd": "/src", "stream": True}]

    with pytest.raises(CommandFailed, match="ended with 2: oh"):
        client.exec("x", stream=True, check=True).result()


def test_followed_logs_are_entries_also_those_of_the_last_frame(make_peer: MakePeer, make_client: MakeClient) -> None:
    line = {"time": 1, "stream": "stdout", "line": "a"}
    script = Parts(
        {"success": True, "partial": True, "entries": [line, {**line, "line": "b"}]},
        {"success": True, "partial": True, "entries": []},
        {"success": True, "entries": [{**line, "line": "c"}]},
    )
    client = make_client(make_peer(script))

    entries = list(client.logs("worker", follow=True, lines=5))

    assert [entry.line for entry in entries] == ["a", "b", "c"]
    assert all(type(entry) is LogEntry for entry in entries)
    assert script.requests == [{"name": "worker", "lines": 5, "follow": True}]


def test_a_failure_in_the_middle_is_raised_after_the_parts(make_peer: MakePeer, make_client: MakeClient) -> None:
    script = Parts(
        {"success": True, "partial": True, "content": "fo"},
        {"success": False, "code": "TIMEOUT", "error": "too slow"},
    )
    client = make_client(make_peer(script))
    stream = client.think_stream("x")
    iterator = iter(stream)

    assert next(iterator).content == "fo"
    with pytest.raises(KernelError, match="too slow"):
        next(iterator)
    with pytest.raises(ConnectionLost, match="stream is closed"):
        stream.result()
    assert client.echo("x") == "x"


def test_a_stream_that_is_closed_early_hangs_up(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.answer(opcode, {"success": True, "partial": True, "content": "for ever"})
        talk.wait_for_hang_up()

    client = make_client(make_peer(script))
    for _ in range(2 * EXTRA_CONNECTIONS):
        with client.think_stream("x") as stream:
            for part in stream:
                assert part.content == "for ever"
                break


def test_a_stream_that_is_dropped_gives_its_connection_back(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, opcode: int, payload: bytes) -> None:
        if opcode == Opcode.NOOP:
            talk.send(talk.frame(opcode, payload))
        else:
            talk.answer(opcode, {"success": True, "partial": True, "content": "for ever"})
            talk.wait_for_hang_up()

    client = make_client(make_peer(script))
    for _ in range(2 * EXTRA_CONNECTIONS):
        next(iter(client.think_stream("x")))
        gc.collect()
        client.echo("x")  # lets an event loop take notice
