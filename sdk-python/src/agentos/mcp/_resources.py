# SPDX-License-Identifier: MIT
"""What can be looked at: the agents, and what each of them wrote."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from agentos import AgentOSError, NotFound, tools
from agentos._acting import Agent

AGENTS = "agentos://agents"
LOGS = "agentos://agents/{name}/logs"
_LOGS_BEGIN, _LOGS_END = LOGS.split("{name}")


class Resources:
    """The handlers of resources/list, resources/templates/list and resources/read."""

    def __init__(self, agent: Agent) -> None:
        """Look as that agent."""
        self._agent = agent

    async def list_all(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListResourcesResult:
        """List what needs no name."""
        agents = Resource(
            uri=AGENTS,
            name="agents",
            title="Agents",
            description="The agents that the server's own agent may see: itself and those it started, as list_agents.",
            mime_type="application/json",
        )
        return ListResourcesResult(resources=[agents])

    async def list_templates(
        self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """List what needs a name."""
        logs = ResourceTemplate(
            uri_template=LOGS,
            name="logs",
            title="An agent's output",
            description="The last lines that an agent wrote, and what the kernel noted about it, as read_logs.",
            mime_type="text/plain",
        )
        return ListResourceTemplatesResult(resource_templates=[logs])

    async def read(self, _: ServerRequestContext[Any], params: ReadResourceRequestParams) -> ReadResourceResult:
        """Read one; what there is not, or may not be seen, is an error of the protocol."""
        uri = str(params.uri)
        name = logs_of(uri)
        try:
            if uri == AGENTS:
                contents = TextResourceContents(uri=uri, mime_type="application/json", text=await self._agents())
            elif name:
                contents = TextResourceContents(uri=uri, mime_type="text/plain", text=await self._logs(name))
            else:
                raise NotFound(f"there are {AGENTS} and {LOGS}")
        except (AgentOSError, tools.ArgumentError) as failure:
            absent = isinstance(failure, (NotFound, tools.ArgumentError))
            raise MCPError(
                code=INVALID_PARAMS if absent else INTERNAL_ERROR,
                message=f"Resource not found: {failure}" if absent else tools.explain(failure),
                data={"uri": uri},
            ) from None
        return ReadResourceResult(contents=[contents])

    async def _agents(self) -> str:
        result = await tools.call_async(await self._agent.client(), "list_agents", {})
        return json.dumps(result["agents"], ensure_ascii=False, indent=2)

    async def _logs(self, name: str) -> str:
        return await logs(self._agent, name)


def logs_of(uri: str) -> str:
    """The name in the address of an agent's logs; empty if it is none."""
    if not uri.startswith(_LOGS_BEGIN) or not uri.endswith(_LOGS_END):
        return ""
    return unquote(uri[len(_LOGS_BEGIN) : -len(_LOGS_END)])


async def logs(agent: Agent, name: str) -> str:
    """Read an agent's logs as text."""
    result = await tools.call_async(await agent.client(), "read_logs", {"agent": name})
    return tools.text("read_logs", result)
