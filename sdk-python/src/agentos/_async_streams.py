# SPDX-License-Identifier: MIT
# Derived from _streams.py by tools/make_async_client.py: change that file, then run the tool.
"""Answers that come in parts."""

from __future__ import annotations

from ._parts import Final, Part, PartReader, Streamed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async_transport import AsyncStreamSource


class AsyncStream(Streamed[Part, Final]):
    """The parts of an answer, in order, as an iterator; then `result()`, the whole of it.

    A stream has a connection of its own until its end. Use it in a `with` statement, or call `close()`, to stop early:
    that ends the call in the kernel too.

        async with await client.think_stream("Tell me a story") as story:
            async for part in story:
                print(part.content, end="", flush=True)
        print((await story.result()).tokens)

    A kernel or a model that cannot stream answers without parts: `result()` is complete in any case.
    """

    __slots__ = ("_reader", "_source")

    def __init__(self, source: AsyncStreamSource, reader: PartReader[Part, Final]) -> None:
        """Read the frames of `source` with `reader`."""
        self._source = source
        self._reader = reader

    def __aiter__(self) -> AsyncStream[Part, Final]:
        """Return itself: the parts come once."""
        return self

    async def __anext__(self) -> Part:
        """Wait for the next part.

        Raises:
            KernelError: the call failed after it had begun.
            TransportError: the rest of the answer did not arrive.
        """
        while not self._reader.parts and not self._reader.ended:
            await self._read()
        if self._reader.parts:
            return self._reader.parts.popleft()
        raise StopAsyncIteration

    async def result(self) -> Final:
        """Return the final answer. Parts that were not read yet are skipped."""
        while not self._reader.ended:
            await self._read()
        return self._reader.final()

    async def close(self) -> None:
        """End the call, unless it has ended already."""
        self._source.close()

    async def _read(self) -> None:
        try:
            self._reader.accept(await self._source.read())
        except BaseException:
            await self.close()
            raise
        if self._reader.ended:
            self._source.finish()

    async def __aenter__(self) -> AsyncStream[Part, Final]:
        """Return itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    def __del__(self) -> None:
        """Free the connection of a stream that was dropped unread."""
        self._source.abandon()
