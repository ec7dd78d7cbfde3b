# SPDX-License-Identifier: MIT
"""A host's agent while the host lives: started when it is first needed, and again when it has ended."""

from __future__ import annotations

import asyncio

from agentos import AgentOSError, AsyncAgentOSClient

from ._identity import AgentClient, Identity, start_agent


class Agent:
    """Whoever calls acts as this agent.

    Attributes:
        identity: which agent that is.
    """

    def __init__(self, identity: Identity) -> None:
        """Prepare it; nothing is started yet."""
        self.identity = identity
        self._client: AgentClient | None = None
        self._turn = asyncio.Lock()

    async def client(self) -> AgentClient:
        """Return a client that acts as the agent; after a kernel has gone and come back, as a new one.

        Raises:
            AgentOSError: there is no kernel, or it refuses to start the agent.
        """
        client = self._client
        if client is not None and client.alive:
            return client
        async with self._turn:
            if self._client is not None and not self._client.alive:
                await self.close()
            if self._client is None:
                self._client = await start_agent(self.identity)
            return self._client

    async def end(self) -> None:
        """End the agent with all it runs; returns when nothing of it is left, or its kernel is gone."""
        client = self._client
        if client is None:
            return
        agent_id = client.agent_id
        await self.close()
        try:
            async with AsyncAgentOSClient(self.identity.kernel) as operator:
                await operator.kill(agent_id, grace=0)
        except AgentOSError:
            pass  # No kernel, no agent; or it was quicker.

    async def close(self) -> None:
        """Let the agent end, in its own time."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
