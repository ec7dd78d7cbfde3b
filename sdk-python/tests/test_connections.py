# SPDX-License-Identifier: MIT
"""Which call runs on which connection, what a lost one means, and what threads may do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from clients import MakeClient
from peer import PATIENCE_SECONDS, MakePeer, Talk

from agentos import AgentOSClient, Busy, ConnectionLost, NotRunning, Opcode
from agentos._limits import EXTRA_CONNECTIONS

SOURCE = str(Path(__file__).parent.parent / "src")


class Gate:
    """A script that holds back the answers to some calls until it is opened, and notes who called on what."""

    def __init__(self, *held: int) -> None:
        self.calls: list[tuple[int, int]] = []
        self.arrived = threading.Semaphore(0)
        self.open = threading.Event()
        self._held = held

    def __call__(self, talk: Talk, opcode: int, payload: bytes) -> None:
        self.calls.append((opcode, talk.number))
        if opcode in self._held:
            self.arrived.release()
            self.open.wait(PATIENCE_SECONDS)
        if opcode == Opcode.NOOP:
            talk.send(talk.frame(opcode, payload))
        else:
            talk.answer(opcode, {"success": True, "partial": False, "connection": talk.number})

    def wait_for(self, calls: int) -> None:
        for _ in range(calls):
            assert self.arrived.acquire(timeout=PATIENCE_SECONDS)


def run(pool: ThreadPoolExecutor, function: Any, *args: Any, **options: Any) -> Future[Any]:
    return pool.submit(function, *args, **options)


def test_calls_one_after_the_other_use_one_connection(make_peer: MakePeer, make_client: MakeClient) -> None:
    gate = Gate()
    client = make_client(make_peer(gate))

    for _ in range(3):
        client.read("/x")
        client.send(1, "x")

    assert {number for _, number in gate.calls} == {0}


def test_calls_that_may_take_long_share_one_more(make_peer: MakePeer, make_client: MakeClient) -> None:
    gate = Gate()
    client = make_client(make_peer(gate))

    for _ in range(3):
        client.think("x")
        client.exec("x")
        client.http("http://x")
        client.wait(1)
        client.send(1, "x")

    assert {number for opcode, number in gate.calls if opcode not in (Opcode.HELLO, Opcode.SEND)} == {1}
    assert {number for opcode, number in gate.calls if opcode == Opcode.SEND} == {0}


def test_a_blocked_recv_does_not_block_a_think(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)
    with AgentOSClient(make_peer(gate).path) as client, ThreadPoolExecutor() as pool:
        receiving = run(pool, client.recv, wait=True)
        gate.wait_for(1)

        assert client.think("x")["connection"] == 1
        assert client.read("x")["connection"] == 1
        gate.open.set()
        assert receiving.result(PATIENCE_SECONDS)["connection"] == 0


def test_an_agent_can_send_while_it_waits_for_messages(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)
    with AgentOSClient(make_peer(gate, shared_identity=True).path) as client, ThreadPoolExecutor() as pool:
        receiving = run(pool, client.recv, wait=True)
        gate.wait_for(1)

        assert client.send("other", "x")["connection"] == 1
        gate.open.set()
        receiving.result(PATIENCE_SECONDS)


def test_an_operators_messages_stay_on_its_first_connection(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)
    with AgentOSClient(make_peer(gate, shared_identity=False).path) as client, ThreadPoolExecutor() as pool:
        receiving = run(pool, client.recv, wait=True)
        gate.wait_for(1)
        sending = [run(pool, client.send, 1, "x"), run(pool, client.broadcast, "x"), run(pool, client.register, "me")]
        assert client.think("x")["connection"] != 0
        gate.open.set()

        assert receiving.result(PATIENCE_SECONDS)["connection"] == 0
        assert [future.result(PATIENCE_SECONDS)["connection"] for future in sending] == [0, 0, 0]


def test_an_operator_that_waits_too_long_for_its_own_recv_is_told(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)
    with AgentOSClient(make_peer(gate, shared_identity=False).path) as client, ThreadPoolExecutor() as pool:
        receiving = run(pool, client.recv, wait=True)
        gate.wait_for(1)
        with pytest.raises(Busy, match=r"SEND waited 0.1 s for a free connection"):
            client.call(Opcode.SEND, {"to": 1, "message": "x"}, timeout=0.1)
        gate.open.set()

        assert receiving.result(PATIENCE_SECONDS)["connection"] == 0
        assert client.send(1, "x")["connection"] == 0


def test_many_threads_never_see_each_others_answers(make_peer: MakePeer) -> None:
    peer = make_peer()
    with AgentOSClient(peer.path) as client, ThreadPoolExecutor(24) as pool:

        def talk(thread: int) -> None:
            for turn in range(60):
                text = f"{thread}:{turn}:" + "x" * (turn * 37)
                assert client.echo(text) == text

        for future in [pool.submit(talk, thread) for thread in range(24)]:
            future.result(PATIENCE_SECONDS)
    assert len(peer.talks) <= 1 + EXTRA_CONNECTIONS


def test_more_calls_than_connections_wait_their_turn(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.THINK)
    calls = 3 * EXTRA_CONNECTIONS
    with AgentOSClient(make_peer(gate).path) as client, ThreadPoolExecutor(calls) as pool:
        thinking = [run(pool, client.think, "x") for _ in range(calls)]
        gate.wait_for(EXTRA_CONNECTIONS)
        gate.open.set()

        used = {future.result(PATIENCE_SECONDS)["connection"] for future in thinking}
        assert used == set(range(1, EXTRA_CONNECTIONS + 1)), "the primary one is left alone"


def test_a_lost_extra_connection_fails_its_own_call_only(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)

    def script(talk: Talk, opcode: int, payload: bytes) -> None:
        if talk.number == 1:
            talk.hang_up()
        else:
            gate(talk, opcode, payload)

    with AgentOSClient(make_peer(script).path) as client, ThreadPoolExecutor() as pool:
        receiving = run(pool, client.recv, wait=True)
        gate.wait_for(1)
        with pytest.raises(ConnectionLost, match="ended during THINK"):
            client.think("x")
        assert client.think("x")["connection"] == 2
        gate.open.set()
        receiving.result(PATIENCE_SECONDS)
        assert client.think("x")["connection"] in (0, 2)


def test_reconnecting_is_explicit_and_works(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, opcode: int, payload: bytes) -> None:
        if talk.number == 0:
            talk.hang_up()
        else:
            talk.send(talk.frame(opcode, payload))

    peer = make_peer(script, shared_identity=False)
    client = make_client(peer)
    assert client.agent_id == 7
    for _ in range(2):
        with pytest.raises(ConnectionLost):
            client.echo("x")
    assert len(peer.talks) == 1

    client.reconnect()
    assert client.echo("x") == "x"
    assert len(peer.talks) == 2


def test_reconnecting_to_nobody_says_so(make_peer: MakePeer, make_client: MakeClient) -> None:
    peer = make_peer()
    client = make_client(peer)
    os.unlink(peer.path)

    with pytest.raises(NotRunning):
        client.reconnect()
    with pytest.raises(ConnectionLost, match=r"connect\(\)"):
        client.echo("x")


def test_closing_ends_what_other_threads_wait_for(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV, Opcode.THINK)
    with AgentOSClient(make_peer(gate, shared_identity=False).path) as client, ThreadPoolExecutor() as pool:
        receiving = run(pool, client.recv, wait=True)
        thinking = run(pool, client.think, "x")
        gate.wait_for(2)
        client.close()

        for future in (receiving, thinking):
            with pytest.raises(ConnectionLost):
                future.result(PATIENCE_SECONDS)
        gate.open.set()
        client.close()


def test_exit_says_goodbye_and_closes(make_peer: MakePeer, make_client: MakeClient) -> None:
    gate = Gate()
    client = make_client(make_peer(gate))

    assert client.exit().success
    assert gate.calls == [(Opcode.EXIT, 0)]
    with pytest.raises(ConnectionLost, match=r"connect\(\)"):
        client.echo("x")


def test_an_interrupted_call_leaves_no_answer_behind(make_peer: MakePeer) -> None:
    def script(talk: Talk, _: int, payload: bytes) -> None:
        if payload == b"interrupt me":
            os.kill(os.getpid(), signal.SIGINT)
        talk.wait_for_hang_up()

    with AgentOSClient(make_peer(script).path) as client:
        with pytest.raises(KeyboardInterrupt):
            client.noop(b"interrupt me")
        with pytest.raises(ConnectionLost, match=r"KeyboardInterrupt.*reconnect"):
            client.echo("x")


FORKING = """
import os, sys
from agentos import AgentOSClient, ConnectionLost
client = AgentOSClient(sys.argv[1]).connect()
child = os.fork()
if child == 0:
    try:
        client.echo("child")
    except ConnectionLost as error:
        assert "reconnect()" in str(error), error
        client.reconnect()
        os._exit(0 if client.echo("child") == "child" else 2)
    os._exit(1)
status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
print(status, client.echo("parent"))
"""


def test_a_fork_does_not_share_the_connection(make_peer: MakePeer) -> None:
    peer = make_peer()
    done = subprocess.run(
        [sys.executable, "-c", FORKING, peer.path],
        env={**os.environ, "PYTHONPATH": SOURCE},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )

    assert done.stdout.split() == ["0", "parent"]
    assert len(peer.talks) == 2
