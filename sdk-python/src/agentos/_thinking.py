# SPDX-License-Identifier: MIT
"""An answer of the model that is read while it is produced, for the adapters' asynchronous generators."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agentos import AsyncAgentOSClient, ThinkResult
    from agentos.tools import SharedClient


class Thinking:
    """Asks in a task of its own, so that the call ends in the kernel when that is cancelled, wherever the reader is.

        thinking = Thinking(shared, {"prompt": "Tell me a story"})
        async for piece in thinking:
            print(piece)
        print((await thinking.result()).tokens)

    Attributes:
        task: what reads the answer; cancel it, or drop the iterator, to end the call.
    """

    def __init__(self, client: SharedClient, request: dict[str, Any]) -> None:
        """Ask; `request` is what `think` takes."""
        self._request = request
        self._pieces: asyncio.Queue[str | None] = asyncio.Queue()
        self.task: asyncio.Future[ThinkResult] = asyncio.ensure_future(client.call_async(self._read))
        self.task.add_done_callback(lambda _: self._pieces.put_nowait(None))

    async def __aiter__(self) -> AsyncIterator[str]:
        """Yield the pieces; a model that cannot stream has one. How it ended is told by `result`."""
        try:
            streamed = False
            while (piece := await self._pieces.get()) is not None:
                streamed = True
                yield piece
            if not streamed and (whole := (await self.task).content):
                yield whole
        finally:
            self.task.cancel()

    async def result(self) -> ThinkResult:
        """Wait for the whole answer.

        Raises:
            AgentOSError: there is none.
            CancelledError: the task was cancelled.
        """
        return await self.task

    async def _read(self, client: AsyncAgentOSClient) -> ThinkResult:
        async with await client.think_stream(**self._request) as answer:
            async for part in answer:
                self._pieces.put_nowait(part.content)
            return await answer.result()
