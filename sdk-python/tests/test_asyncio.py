# SPDX-License-Identifier: MIT
"""What only the asyncio client does: tasks side by side, and cancelling them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from peer import PATIENCE_SECONDS, MakePeer, Talk

from agentos import AsyncAgentOSClient, ConnectionLost, Opcode
from agentos._limits import EXTRA_CONNECTIONS, STREAM_BYTES_AHEAD


class Gate:
    """A script that holds back the answers to some calls until it is opened."""

    def __init__(self, *held: int) -> None:
        self.arrived = threading.Semaphore(0)
        self.open = threading.Event()
        self._held = held

    def __call__(self, talk: Talk, opcode: int, payload: bytes) -> None:
        if opcode in self._held:
            self.arrived.release()
            self.open.wait(PATIENCE_SECONDS)
        if opcode == Opcode.NOOP:
            talk.send(talk.frame(opcode, payload))
        else:
            talk.answer(opcode, {"success": True, "connection": talk.number})

    async def wait_for(self, calls: int) -> None:
        for _ in range(calls):
            assert await asyncio.to_thread(self.arrived.acquire, timeout=PATIENCE_SECONDS)


def run(path: str, body: Callable[[AsyncAgentOSClient], Awaitable[None]]) -> None:
    async def main() -> None:
        async with AsyncAgentOSClient(path) as client:
            await asyncio.wait_for(body(client), PATIENCE_SECONDS)

    asyncio.run(main())


def test_tasks_never_see_each_others_answers(make_peer: MakePeer) -> None:
    peer = make_peer()

    async def body(client: AsyncAgentOSClient) -> None:
        async def talk(task: int) -> None:
            for turn in range(30):
                text = f"{task}:{turn}:" + "x" * (turn * 37)
                assert await client.echo(text) == text

        await asyncio.gather(*(talk(task) for task in range(40)))

    run(peer.path, body)
    assert len(peer.talks) <= 1 + EXTRA_CONNECTIONS


def test_a_waiting_recv_does_not_block_a_think(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)

    async def body(client: AsyncAgentOSClient) -> None:
        receiving = asyncio.create_task(client.recv(wait=True))
        await gate.wait_for(1)
        assert (await client.think("x"))["connection"] == 1
        gate.open.set()
        assert (await receiving)["connection"] == 0

    run(make_peer(gate).path, body)


def test_an_operators_messages_stay_on_its_first_connection(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)

    async def body(client: AsyncAgentOSClient) -> None:
        receiving = asyncio.create_task(client.recv(wait=True))
        await gate.wait_for(1)
        sending = asyncio.create_task(client.send(1, "x"))
        assert (await client.think("x"))["connection"] != 0
        gate.open.set()
        assert (await receiving)["connection"] == 0
        assert (await sending)["connection"] == 0

    run(make_peer(gate, shared_identity=False).path, body)


def test_a_cancelled_call_on_the_first_connection_does_not_lose_it(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)

    async def body(client: AsyncAgentOSClient) -> None:
        receiving = asyncio.create_task(client.recv(wait=True))
        await gate.wait_for(1)
        receiving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await receiving
        gate.open.set()
        assert (await client.send(1, "x"))["connection"] == 0
        assert await client.echo("mine") == "mine"

    run(make_peer(gate, shared_identity=False).path, body)


def test_a_cancelled_call_on_another_connection_hangs_up(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)
    gone = threading.Event()

    def script(talk: Talk, opcode: int, payload: bytes) -> None:
        if opcode == Opcode.THINK:
            gate.arrived.release()
            talk.wait_for_hang_up()
            gone.set()
        else:
            gate(talk, opcode, payload)

    async def body(client: AsyncAgentOSClient) -> None:
        receiving = asyncio.create_task(client.recv(wait=True))
        await gate.wait_for(1)
        thinking = asyncio.create_task(client.think("x"))
        await gate.wait_for(1)
        thinking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await thinking
        assert await asyncio.to_thread(gone.wait, PATIENCE_SECONDS)
        gate.open.set()
        await receiving
        assert await client.echo("x") == "x"

    run(make_peer(script).path, body)


def test_a_task_that_is_cancelled_while_it_waits_for_a_connection_takes_none(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV)

    async def body(client: AsyncAgentOSClient) -> None:
        receiving = asyncio.create_task(client.recv(wait=True))
        await gate.wait_for(1)
        sending = [asyncio.create_task(client.send(1, turn)) for turn in range(5)]
        await client.think("x")
        for task in sending[:-1]:
            task.cancel()
        gate.open.set()
        await receiving
        assert (await sending[-1])["connection"] == 0
        assert [task.cancelled() for task in sending] == [True] * 4 + [False]

    run(make_peer(gate, shared_identity=False).path, body)


def test_closing_ends_what_other_tasks_wait_for(make_peer: MakePeer) -> None:
    gate = Gate(Opcode.RECV, Opcode.THINK)

    async def body(client: AsyncAgentOSClient) -> None:
        calls: list[asyncio.Task[Any]] = [asyncio.create_task(client.recv(wait=True))]
        calls.append(asyncio.create_task(client.think("x")))
        await gate.wait_for(2)
        await client.close()
        for call in calls:
            with pytest.raises(ConnectionLost):
                await call
        gate.open.set()

    run(make_peer(gate).path, body)


def test_a_slow_reader_holds_the_kernel_back_rather_than_filling_memory(make_peer: MakePeer) -> None:
    piece = "x" * (1 << 16)
    pieces = 64 * STREAM_BYTES_AHEAD // len(piece)
    sent = 0

    def script(talk: Talk, opcode: int, _payload: bytes) -> None:
        nonlocal sent
        for _ in range(pieces):
            talk.answer(opcode, {"success": True, "partial": True, "content": piece})
            sent += 1
        talk.answer(opcode, {"success": True, "content": "end"})

    async def body(client: AsyncAgentOSClient) -> None:
        stream = await client.think_stream("x")
        received = 0
        ahead = 0
        async for part in stream:
            assert part.content == piece
            received += 1
            ahead = max(ahead, sent - received)
        assert received == pieces
        assert (await stream.result()).content == "end"
        assert ahead * len(piece) < 4 * STREAM_BYTES_AHEAD

    run(make_peer(script).path, body)
