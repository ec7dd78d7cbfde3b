# SPDX-License-Identifier: MIT
# Derived from _client.py by tools/make_async_client.py: change that file, then run the tool.
"""The asyncio client."""

from __future__ import annotations

from ._async_calls_agents import AsyncAgentCalls
from ._async_calls_messages import AsyncMessageCalls
from ._async_calls_work import AsyncWorkCalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._results_messages import SendResult


class AsyncAgentOSClient(AsyncWorkCalls, AsyncAgentCalls, AsyncMessageCalls):
    """A client of the AgentOS kernel for asyncio: each call is awaited.

        async with AsyncAgentOSClient() as client:
            print((await client.think("What is 2+2?")).content)

    It belongs to one event loop, and may be used by any of its tasks.

    Short calls run on one connection while that is free; those that may take long have others, up to eight, so a long
    call does not hold up the others. The calls that act as their caller (messages, names, permissions) are different:
    the kernel gives each connection of an operator a name and a mailbox of its own, so an operator's calls of these
    kinds stay on the one connection, one after the other. Inside an agent all connections are that agent.

    A lost connection stays lost, and each call raises ConnectionLost, until `reconnect()`.
    """

    # The names that other clients of this protocol use.
    read_file = AsyncWorkCalls.read
    write_file = AsyncWorkCalls.write
    list_agents = AsyncAgentCalls.list
    register_name = AsyncMessageCalls.register
    recv_messages = AsyncMessageCalls.recv

    async def send_message(self, message: Any, to: int | None = None, to_name: str | None = None) -> SendResult:
        """Send a message, as `send` does, to the agent of the id `to` or of the name `to_name`."""
        if to is not None and to_name is None:
            return await self.send(to, message)
        if to_name is not None and to is None:
            return await self.send(to_name, message)
        raise TypeError("a receiver is named by its name or by its id: give one of the two")
