# SPDX-License-Identifier: MIT
"""The kernel's calls as CrewAI tools."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crewai.tools import BaseTool
from crewai.tools.tool_failure import ToolFailure, ToolFailureReason
from pydantic import PrivateAttr

from agentos import AgentOSError, ResourceExhausted, TimedOut, Unavailable, tools
from agentos.tools import SharedClient, Tool
from agentos.tools.pydantic import arguments_model


def never_cached(_arguments: Any = None, _result: Any = None) -> bool:
    """Say that a result is not to be kept: the same call means something else later, such as after a write."""
    return False


class AgentOSTool(BaseTool):
    """One call of the kernel. What it returns is text for the model, or a ToolFailure that says what would be right."""

    _tool: Tool = PrivateAttr()
    _client: SharedClient = PrivateAttr()

    def __init__(self, name: str | Tool, client: SharedClient | None = None, **settings: Any) -> None:
        """Offer a tool of `agentos.tools` by its name, through `client` or a client of its own."""
        tool = tools.find(name) if isinstance(name, str) else name
        own = {"name": tool.name, "description": tool.description, "args_schema": arguments_model(tool)}
        super().__init__(**{"cache_function": never_cached, **settings, **own})
        self._tool = tool
        self._client = client or SharedClient()

    @property
    def definition(self) -> Tool:
        """What it offers, with the schema that its arguments are checked by."""
        return self._tool

    def _run(self, **arguments: Any) -> str | ToolFailure:
        given = _given(arguments)
        try:
            return self._answer(self._client.call(lambda client: tools.call(client, self._tool, given)))
        except (AgentOSError, tools.ArgumentError) as error:
            return _failure(error)

    async def _arun(self, **arguments: Any) -> str | ToolFailure:
        given = _given(arguments)
        try:
            return self._answer(await self._client.call_async(lambda c: tools.call_async(c, self._tool, given)))
        except (AgentOSError, tools.ArgumentError) as error:
            return _failure(error)

    def _answer(self, result: dict[str, Any]) -> str:
        return tools.text(self._tool, result)


def agentos_tools(names: Iterable[str] | None = None, socket_path: str | None = None) -> list[BaseTool]:
    """Return all tools of `agentos.tools`, or some of them, on one connection.

    Args:
        names: which tools; all of them when None.
        socket_path: the kernel's socket; by default the one that AgentOSClient finds.

    Raises:
        UnknownTool: one of the names is none; the text says which there are.
    """
    client = SharedClient(socket_path)
    return [AgentOSTool(name, client) for name in (tools.TOOLS if names is None else names)]


def schemas_of(*owners: Any) -> dict[str, Mapping[str, Any]]:
    """The schemas of the kernel's tools, by name, that tasks and agents have; an owner may be None."""
    held = (tool for owner in owners for tool in getattr(owner, "tools", None) or ())
    return {tool.name: tool.definition.parameters for tool in held if isinstance(tool, AgentOSTool)}


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    """Those that the model gave: CrewAI fills in None for the others."""
    return {name: value for name, value in arguments.items() if value is not None}


def _failure(error: Exception) -> ToolFailure:
    code, _, message = tools.explain(error).partition(": ")
    wrong_input = isinstance(error, tools.ArgumentError)
    return ToolFailure(
        message=message,
        code=code,
        reason=ToolFailureReason.INVALID_INPUT if wrong_input else ToolFailureReason.TOOL_REPORTED,
        retryable=isinstance(error, (ResourceExhausted, TimedOut, Unavailable)),
    )
