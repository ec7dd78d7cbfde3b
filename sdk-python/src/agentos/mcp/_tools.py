# SPDX-License-Identifier: MIT
"""The catalogue of `agentos.tools` as MCP has tools: definitions, calls, results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from agentos import AgentOSError, tools

from ._progress import Progress, execute, think

if TYPE_CHECKING:
    from agentos import AsyncAgentOSClient
    from agentos._acting import Agent

# Calls whose output can be shown while they run; of the others, progress tells the time.
_SHOWN = {"exec": execute, "think": think}


class Tools:
    """The handlers of tools/list and tools/call."""

    def __init__(self, agent: Agent, catalogue: Mapping[str, tools.Tool] = tools.TOOLS) -> None:
        """Offer the tools of a catalogue, and call them as that agent."""
        self._agent = agent
        self._catalogue = catalogue
        # Without a sandbox a command would start in the kernel's home.
        self._defaults = {} if agent.identity.sandboxed else {"exec": {"cwd": agent.identity.working_folder}}
        self._list = ListToolsResult(tools=[_definition(tool) for tool in catalogue.values()])

    async def list_all(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        """List all tools, whatever the agent may do: it is the kernel that refuses, and says why."""
        return self._list

    async def call(self, context: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        """Call a tool; a failure is a result that the model reads."""
        try:
            tool = tools.find(params.name, self._catalogue)
        except tools.UnknownTool as unknown:
            raise MCPError(code=INVALID_PARAMS, message=f"Unknown tool: {unknown}") from None
        arguments = {**self._defaults.get(tool.method, {}), **(params.arguments or {})}
        try:
            client = await self._agent.client()
            if "progress_token" in (context.meta or {}):
                result = await _perform_told(client, context, tool, arguments)
            else:
                result = await tools.call_async(client, tool, arguments)
        except (AgentOSError, tools.ArgumentError) as failure:
            return CallToolResult(content=[TextContent(text=tools.explain(failure))], is_error=True)
        return _answer(tool, arguments, result)


async def _perform_told(
    client: AsyncAgentOSClient, context: ServerRequestContext[Any], tool: tools.Tool, arguments: dict[str, Any]
) -> dict[str, Any]:
    async def notify(seconds: float, newest: str | None) -> None:
        await context.session.report_progress(seconds, None, newest)

    async with Progress(notify) as progress:
        shown = _SHOWN.get(tool.method)
        if shown is None:
            return await tools.call_async(client, tool, arguments)
        return tool.shape(await shown(client, progress, **tool.keywords(tools.check(tool, arguments))))


def _definition(tool: tools.Tool) -> Tool:
    hints = tool.hints
    return Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=dict(tool.parameters),
        output_schema=dict(tool.result),
        annotations=ToolAnnotations(
            title=tool.title,
            read_only_hint=hints.read_only,
            destructive_hint=hints.destructive,
            idempotent_hint=hints.idempotent,
            open_world_hint=hints.open_world,
        ),
    )


def _answer(tool: tools.Tool, arguments: dict[str, Any], result: dict[str, Any]) -> CallToolResult:
    """The same twice: as words for a model, and as fields for a program."""
    characters = max(tools.TEXT_CHARACTERS, _asked_for(arguments))
    result = _bounded(tool, result, characters)
    # Two outputs, and what is said about them.
    words = tools.text(tool, result, 2 * characters + 1000)
    return CallToolResult(content=[TextContent(text=words)], structured_content=result)


def _asked_for(arguments: dict[str, Any]) -> int:
    """Who names a limit for a file's bytes wants that much, in base64 if need be."""
    limit = arguments.get("limit")
    return limit // 3 * 4 + 4 if isinstance(limit, int) else 0


def _bounded(tool: tools.Tool, result: dict[str, Any], characters: int) -> dict[str, Any]:
    """Cut output that would flood a model's context: clients differ in whether they show it the fields or the words.

    Of a command's output head and tail are kept; of a file or a body the head, after which reading can go on.
    """
    if "truncated" not in tool.result["properties"]:
        return result
    for name in ("stdout", "stderr"):
        if len(result.get(name, "")) > characters:
            result = {**result, name: tools.shorten(result[name], characters), "truncated": True}
    for name in ("content", "body"):
        if len(result.get(name, "")) > characters:
            whole_groups = characters - characters % 4  # of base64
            result = {**result, name: result[name][:whole_groups], "truncated": True}
    return result
