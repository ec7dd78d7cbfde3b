# SPDX-License-Identifier: MIT
"""Progress of long calls, for clients that ask for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from ._limits import OUTPUT_CHARACTERS, PROGRESS_CHARACTERS, PROGRESS_SECONDS

if TYPE_CHECKING:
    from typing_extensions import Self

    from agentos import AsyncAgentOSClient, ExecResult, ThinkResult

Notify = Callable[[float, str | None], Awaitable[None]]


class Progress:
    """Tells twice a second, for the length of a `with` statement, how long a call takes and what it has written."""

    def __init__(self, notify: Notify) -> None:
        """Tell by `notify`, which takes the seconds so far and the newest output, if there is any."""
        self._notify = notify
        self._newest = ""

    def show(self, output: str) -> None:
        """Add output of which the end is shown with the next notification."""
        self._newest = (self._newest + output)[-PROGRESS_CHARACTERS:]

    async def __aenter__(self) -> Self:
        """Begin."""
        self._task = asyncio.create_task(self._tell())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop: nothing is told once the call has been answered."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _tell(self) -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            newest, self._newest = self._newest, ""
            await self._notify(round(loop.time() - begun, 3), newest or None)


async def execute(client: AsyncAgentOSClient, progress: Progress, **options: object) -> ExecResult:
    """Run a command, showing what it writes; the result is that of `client.exec`."""
    written = {"stdout": _Kept(), "stderr": _Kept()}
    async with await client.exec(stream=True, **options) as stream:  # type: ignore[call-overload]
        async for part in stream:
            written[part.stream].add(part.data)
            progress.show(part.data)
        result: ExecResult = await stream.result()
    for name, kept in written.items():
        result[name] = "".join(kept.parts)
        result["truncated"] = result["truncated"] or kept.full
    return result


async def think(client: AsyncAgentOSClient, progress: Progress, **options: object) -> ThinkResult:
    """Ask the model, showing its answer while it is produced."""
    async with await client.think(stream=True, **options) as stream:  # type: ignore[call-overload]
        async for part in stream:
            progress.show(part.content)
        result: ThinkResult = await stream.result()
    return result


class _Kept:
    """The beginning of an output."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.full = False
        self._room = OUTPUT_CHARACTERS

    def add(self, text: str) -> None:
        if len(text) > self._room:
            text, self.full = text[: self._room], True
        self._room -= len(text)
        if text:
            self.parts.append(text)
