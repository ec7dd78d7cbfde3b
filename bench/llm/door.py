# SPDX-License-Identifier: MIT
"""What asking as OpenAI is asked adds: the provider itself, THINK and the door on the host, in turns."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from callers import HEADER, MAGIC, THINK

PROMPT = "tokens=5 delay=0"


class Timed(Protocol):
    """One way to ask."""

    async def ask(self) -> float:
        """Ask once; the moment at which the answer was there, or its first text if it is streamed."""


async def _http(port: int, key: str, streamed: bool) -> float:
    """One connection for one request, as the door has it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = json.dumps({"model": "default", "messages": [{"role": "user", "content": PROMPT}], "stream": streamed})
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write((head + body).encode())
    try:
        return await _answer(reader, streamed)
    finally:
        writer.close()


async def _answer(reader: asyncio.StreamReader, streamed: bool) -> float:
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"refused: {head.decode()}")
    if not streamed:
        await reader.readexactly(int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]))
        return time.perf_counter()
    # Clients show the first text, which comes after an event that has only the role.
    event = b""
    while b'"content"' not in event or b'"content": ""' in event or b'"content":""' in event:
        event = await reader.readuntil(b"\n\n")
    first = time.perf_counter()
    await reader.readuntil(b"[DONE]")
    return first


class Direct:
    """The provider."""

    def __init__(self, port: int, streamed: bool) -> None:
        self._port, self._streamed = port, streamed

    async def ask(self) -> float:
        return await _http(self._port, "none", self._streamed)


class Door(Direct):
    """The kernel's address for OpenAI's clients."""

    def __init__(self, port: int, key: str, streamed: bool) -> None:
        super().__init__(port, streamed)
        self._key = key

    async def ask(self) -> float:
        return await _http(self._port, self._key, self._streamed)


class Think:
    """THINK, on a connection for one request too, so that the ways differ in nothing else."""

    def __init__(self, path: str, streamed: bool) -> None:
        self._path, self._streamed = path, streamed

    async def ask(self) -> float:
        reader, writer = await asyncio.open_unix_connection(self._path)
        body = json.dumps({"prompt": PROMPT, "stream": self._streamed}).encode()
        writer.write(HEADER.pack(MAGIC, 0, THINK, len(body)) + body)
        first = 0.0
        partial = True
        while partial:
            _, _, _, size = HEADER.unpack(await reader.readexactly(HEADER.size))
            answer = json.loads(await reader.readexactly(size))
            first = first or time.perf_counter()
            partial = bool(answer.get("partial"))
        writer.close()
        if not answer["success"]:
            raise RuntimeError(f"refused: {answer}")
        return first


async def at_rate(way: Timed, rate: float, seconds: float) -> list[float]:
    """Times in ms of requests that begin at a fixed rate, whatever becomes of those before."""
    times: list[float] = []

    async def one() -> None:
        begun = time.perf_counter()
        times.append((await way.ask() - begun) * 1000)

    begun = time.perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one()))
    await asyncio.gather(*tasks)
    return times


def in_turns(
    ways: Sequence[Timed], rate: float, seconds: float, rounds: int, progress: Callable[[int], None]
) -> list[list[float]]:
    """The times of each way, in rounds in which all take their turn."""
    times: list[list[float]] = [[] for _ in ways]

    async def warm(way: Timed) -> None:
        await asyncio.gather(*(way.ask() for _ in range(16)))

    for way in ways:
        asyncio.run(warm(way))
        asyncio.run(at_rate(way, rate, 1))
    for number in range(rounds):
        progress(number)
        for way, found in zip(ways, times, strict=True):
            found += asyncio.run(at_rate(way, rate, seconds))
    return times
