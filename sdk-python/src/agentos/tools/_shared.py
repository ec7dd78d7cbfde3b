# SPDX-License-Identifier: MIT
"""A client for objects that nobody opens and closes: those of the agent frameworks."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from agentos import AgentOSClient, AsyncAgentOSClient, TransportError

Answer = TypeVar("Answer")


class SharedClient:
    """Connects when it is first used, and anew after a connection was lost: the call that lost it raises.

    There is one client for all threads, and one for each event loop. To the kernel they are different callers when
    this process is an operator: a message that was sent to one does not reach the other.
    """

    def __init__(self, socket_path: str | os.PathLike[str] | None = None) -> None:
        """Use the kernel of that socket; by default the one that AgentOSClient finds."""
        self._socket_path = socket_path
        self._lock = threading.Lock()
        self._client: AgentOSClient | None = None
        self._by_loop: WeakKeyDictionary[asyncio.AbstractEventLoop, AsyncAgentOSClient] = WeakKeyDictionary()

    def __reduce__(self) -> tuple[type[SharedClient], tuple[str | os.PathLike[str] | None]]:
        """Let it be copied and pickled, as frameworks do with what holds it: the copy connects for itself."""
        return SharedClient, (self._socket_path,)

    def call(self, work: Callable[[AgentOSClient], Answer]) -> Answer:
        """Do something with the client of this process.

        Raises:
            NotRunning: no kernel answers.
            AgentOSError: what `work` raises.
        """
        with self._lock:
            client = self._client = self._client or AgentOSClient(self._socket_path).connect()
        try:
            return work(client)
        except TransportError:
            self._forget(client)
            raise

    async def call_async(self, work: Callable[[AsyncAgentOSClient], Awaitable[Answer]]) -> Answer:
        """Do something with the client of the running event loop; raises what `call` raises."""
        loop = asyncio.get_running_loop()
        client = self._by_loop.get(loop)
        if client is None:
            connected = await AsyncAgentOSClient(self._socket_path).connect()
            client = self._by_loop.setdefault(loop, connected)
            if client is not connected:  # another task was faster
                await connected.close()
        try:
            return await work(client)
        except TransportError:
            if self._by_loop.get(loop) is client:
                del self._by_loop[loop]
            await client.close()
            raise

    def close(self) -> None:
        """Hang up, except for event loops, whose connections end with them or by `aclose`."""
        if self._client is not None:
            self._forget(self._client)

    async def aclose(self) -> None:
        """Hang up in the running event loop."""
        client = self._by_loop.pop(asyncio.get_running_loop(), None)
        if client is not None:
            await client.close()

    def _forget(self, client: AgentOSClient) -> None:
        with self._lock:
            if self._client is client:
                self._client = None
        client.close()
