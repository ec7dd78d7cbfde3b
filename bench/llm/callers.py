# SPDX-License-Identifier: MIT
"""Callers with no more work of their own than the wire needs: frames for the kernel, HTTP for the provider."""

from __future__ import annotations

import asyncio
import json
import struct
import time
from collections.abc import Awaitable, Callable

HEADER = struct.Struct("<IIBQ")
MAGIC = 0x41474E54
THINK = 0x01


class ToKernel:
    """One connection to the kernel, or to one agent's own socket."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def open(self) -> ToKernel:
        self._reader, self._writer = await asyncio.open_unix_connection(self._path)
        return self

    async def ask(self, prompt: str) -> dict[str, object]:
        body = json.dumps({"prompt": prompt, "timeout": 1800}).encode()
        self._writer.write(HEADER.pack(MAGIC, 0, THINK, len(body)) + body)
        _, _, _, size = HEADER.unpack(await self._reader.readexactly(HEADER.size))
        answer: dict[str, object] = json.loads(await self._reader.readexactly(size))
        return answer

    def close(self) -> None:
        self._writer.close()


class ToProvider:
    """One connection to the provider."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def open(self) -> ToProvider:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def ask(self, prompt: str) -> dict[str, object]:
        body = json.dumps({"model": "stub-1", "messages": [{"role": "user", "content": prompt}]}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: stub\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        length = int(answer.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        decoded: dict[str, object] = json.loads(await self._reader.readexactly(length))
        return {**decoded, "success": True}

    def close(self) -> None:
        self._writer.close()


Asker = ToKernel | ToProvider


async def at_rate(askers: list[Asker], rate: float, seconds: float) -> list[float]:
    """Latencies in ms of requests that begin at a fixed rate, whatever becomes of those before."""
    free: asyncio.Queue[Asker] = asyncio.Queue()
    for asker in askers:
        free.put_nowait(asker)
    times: list[float] = []

    async def one(due: float) -> None:
        asker = await free.get()
        answer = await asker.ask("tokens=5 delay=0")
        times.append((time.perf_counter() - due) * 1000)
        if not answer["success"]:
            raise RuntimeError(f"refused: {answer}")
        free.put_nowait(asker)

    begun = time.perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        due = begun + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(time.perf_counter())))
    await asyncio.gather(*tasks)
    return times


async def together(askers: list[Asker], seconds: float) -> float:
    """Answers a second while every caller asks again as soon as it has its answer."""
    end = time.perf_counter() + seconds

    async def one(asker: Asker) -> int:
        count = 0
        while time.perf_counter() < end:
            await asker.ask("tokens=5 delay=0")
            count += 1
        return count

    begun = time.perf_counter()
    counts = await asyncio.gather(*(one(asker) for asker in askers))
    return sum(counts) / (time.perf_counter() - begun)


async def with_open(askers: list[Asker], use: Callable[[list[Asker]], Awaitable[object]]) -> object:
    await asyncio.gather(*(asker.open() for asker in askers))
    try:
        return await use(askers)
    finally:
        for asker in askers:
            asker.close()
