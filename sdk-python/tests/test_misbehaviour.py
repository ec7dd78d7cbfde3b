# SPDX-License-Identifier: MIT
"""What a broken kernel, or something that is no kernel, can do to a client: raise, soon, and name what happened."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from clients import MakeClient, connect
from peer import HEADER, HELLO, MAGIC, PATIENCE_SECONDS, WELCOME, MakePeer, Talk

from agentos import (
    ConnectionLost,
    InvalidFrame,
    KernelError,
    NoAnswer,
    Opcode,
    ProtocolError,
    ResourceExhausted,
    TooLarge,
    TransportError,
)

READ = Opcode.READ
GOOD = b'{"success":true,"content":"text","size":4,"truncated":false}'


def expect_loss(client: Any, kind: type[TransportError], match: str, **options: Any) -> None:
    """A call fails as described; each further one says that the connection is gone and what to do."""
    with pytest.raises(kind, match=match):
        client.call(READ, {"path": "x"}, **options)
    for _ in range(2):
        with pytest.raises(ConnectionLost, match=r"reconnect\(\)"):
            client.read("x")


@pytest.mark.parametrize("cut", [0, 1, HEADER.size - 1, HEADER.size, HEADER.size + 5])
def test_a_connection_that_ends_within_an_answer_is_lost(
    make_peer: MakePeer, make_client: MakeClient, cut: int
) -> None:
    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.send(talk.frame(opcode, GOOD)[:cut])
        talk.hang_up()

    expect_loss(make_client(make_peer(script)), ConnectionLost, "ended during READ")


def test_bytes_that_are_no_frame_end_the_connection(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, _: int, __: bytes) -> None:
        talk.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        talk.wait_for_hang_up()

    expect_loss(make_client(make_peer(script)), ProtocolError, "no AgentOS kernel.*b'HTTP'")


def test_an_announcement_of_a_huge_answer_is_refused_at_once(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.send(HEADER.pack(MAGIC, 0, opcode, 2**63))
        talk.wait_for_hang_up()

    expect_loss(
        make_client(make_peer(script)), ProtocolError, f"{2**63} bytes was announced; the most here is {1 << 20}"
    )


def test_silence_is_no_answer(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, _: int, __: bytes) -> None:
        talk.wait_for_hang_up()

    expect_loss(make_client(make_peer(script)), NoAnswer, "did not answer READ in time", timeout=0.1)


def test_an_answer_that_drips_in_does_not_stretch_the_time(make_peer: MakePeer, make_client: MakeClient) -> None:
    stop = threading.Event()

    def script(talk: Talk, opcode: int, _: bytes) -> None:
        for byte in talk.frame(opcode, GOOD * 100):
            talk.send(bytes([byte]))
            if stop.wait(0.02):
                return

    try:
        expect_loss(make_client(make_peer(script)), NoAnswer, "in time", timeout=0.3)
    finally:
        stop.set()


def test_an_answer_in_single_bytes_is_an_answer(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, opcode: int, _: bytes) -> None:
        for byte in talk.frame(opcode, GOOD):
            talk.send(bytes([byte]))

    client = make_client(make_peer(script))
    assert client.read("x").content == "text"
    assert client.read("x").content == "text"


def test_a_kernel_that_does_not_read_is_no_answer(make_peer: MakePeer, make_client: MakeClient) -> None:
    blocked = threading.Event()

    def script(_: Talk, __: int, ___: bytes) -> None:
        blocked.wait(PATIENCE_SECONDS)

    client = make_client(make_peer(script))
    try:
        with pytest.raises(NoAnswer):
            client.call(Opcode.WRITE, {"content": "x" * 1_000_000}, timeout=0.2)
    finally:
        blocked.set()


def test_the_answer_to_another_call_is_not_taken(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, _: int, __: bytes) -> None:
        talk.send(talk.frame(Opcode.WRITE, GOOD))

    expect_loss(make_client(make_peer(script)), ProtocolError, "answer to READ carries the opcode of WRITE")


def test_a_second_answer_is_not_taken_for_the_next_one(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.send(talk.frame(opcode, GOOD) * 2)

    client = make_client(make_peer(script))
    assert client.read("x").content == "text"
    expect_loss(client, ProtocolError, "answer no call")


def test_a_refused_frame_says_why_before_the_kernel_hangs_up(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, _: int, __: bytes) -> None:
        talk.answer(0, {"success": False, "error": "not a frame", "code": "INVALID_FRAME"})
        talk.hang_up()

    client = make_client(make_peer(script))
    with pytest.raises(InvalidFrame, match="not a frame"):
        client.read("x")
    with pytest.raises(ConnectionLost, match=r"not a frame.*reconnect"):
        client.read("x")


def test_a_refusal_is_heard_even_if_the_request_could_not_be_sent(make_peer: MakePeer) -> None:
    first_is_over, hung_up = threading.Event(), threading.Event()

    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.send(talk.frame(opcode, GOOD))
        first_is_over.wait(PATIENCE_SECONDS)
        talk.answer(opcode, {"success": False, "error": "enough of you", "code": "RESOURCE_EXHAUSTED"})
        talk.hang_up()
        hung_up.set()

    with connect("blocking", make_peer(script).path) as client:
        client.read("x")
        first_is_over.set()
        hung_up.wait(PATIENCE_SECONDS)
        with pytest.raises(ResourceExhausted, match="enough of you"):
            client.read("x")


@pytest.mark.parametrize("payload", [b"", b"not json", b"[1]", b"\xff", b"[" * 50_000])
def test_an_answer_that_is_no_object_fails_the_call_and_spares_the_connection(
    make_peer: MakePeer, make_client: MakeClient, payload: bytes
) -> None:
    answers = [payload, GOOD]

    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.send(talk.frame(opcode, answers.pop(0)))

    client = make_client(make_peer(script))
    with pytest.raises(ProtocolError, match="READ"):
        client.read("x")
    assert client.read("x").content == "text"


def test_an_echo_of_other_bytes_is_not_believed(make_peer: MakePeer, make_client: MakeClient) -> None:
    answers = [b"other", b'{"success":false,"error":"full","code":"RESOURCE_EXHAUSTED"}']

    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.send(talk.frame(opcode, answers.pop(0)))

    client = make_client(make_peer(script))
    with pytest.raises(ProtocolError, match="b'other'"):
        client.noop(b"mine")
    with pytest.raises(KernelError, match="RESOURCE_EXHAUSTED"):
        client.noop(b"mine")


def test_a_request_that_the_kernel_would_not_take_is_not_sent(make_peer: MakePeer, make_client: MakeClient) -> None:
    client = make_client(make_peer(welcome={**WELCOME, "limits": {"max_payload": 100}}))

    with pytest.raises(TooLarge, match=r"WRITE would send .* takes at most 100"):
        client.write("x", "y" * 100)
    with pytest.raises(TooLarge):
        client.think_stream("y" * 100)
    assert client.noop(b"z" * 100) == b"z" * 100


@pytest.mark.parametrize(
    ("welcome", "match"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n", "no AgentOS kernel"),
        (HEADER.pack(MAGIC, 0, HELLO, 2) + b"{}", "version None"),
        (HEADER.pack(MAGIC, 0, 0, 0), "opcode"),
    ],
)
def test_something_that_is_no_kernel_is_found_out_when_connecting(
    make_peer: MakePeer, make_client: MakeClient, welcome: bytes, match: str
) -> None:
    with pytest.raises(ProtocolError, match=match):
        make_client(make_peer(welcome=welcome))
