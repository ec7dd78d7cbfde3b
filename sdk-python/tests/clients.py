# SPDX-License-Identifier: MIT
"""Both clients behind one face, so that one test shows a behaviour of both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from peer import Peer

from agentos import AgentOSClient, AsyncAgentOSClient, AsyncStream

AnyClient = Any
MakeClient = Callable[[Peer], AnyClient]


class BlockingFace:
    """An asyncio object whose coroutines run to their end when they are called."""

    def __init__(self, loop: asyncio.AbstractEventLoop, target: Any) -> None:
        self._loop = loop
        self._target = target

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._target, name)
        if not inspect.iscoroutinefunction(member):
            return member

        def run(*args: Any, **options: Any) -> Any:
            result = self._loop.run_until_complete(member(*args, **options))
            return BlockingFace(self._loop, result) if isinstance(result, AsyncStream) else result

        return run

    def __iter__(self) -> Iterator[Any]:
        while True:
            try:
                yield self.__getattr__("__anext__")()
            except StopAsyncIteration:
                return

    def __enter__(self) -> BlockingFace:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def connect(kind: str, path: str | None, **options: Any) -> Iterator[AnyClient]:
    """Connect a client of a kind, "blocking" or "asyncio", for the length of a `with` statement."""
    if kind == "blocking":
        with AgentOSClient(path, **options) as client:
            yield client
        return
    loop = asyncio.new_event_loop()
    try:
        twin = BlockingFace(loop, AsyncAgentOSClient(path, **options))
        twin.connect()
        try:
            yield twin
        finally:
            twin.close()
            loop.run_until_complete(asyncio.sleep(0))  # lets the loop close what was aborted
    finally:
        loop.close()
