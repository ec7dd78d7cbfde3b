# SPDX-License-Identifier: MIT
"""The kernel's calls as AutoGen tools."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from autogen_core import CancellationToken, Component
from autogen_core.tools import BaseTool
from pydantic import BaseModel
from typing_extensions import Self

from agentos import AgentOSError, tools
from agentos.tools import SharedClient, Tool
from agentos.tools.pydantic import ToolArguments, arguments_model


class ToolFailed(RuntimeError):
    """A call failed; the text says to the model what was wrong and what would be right."""


class AgentOSToolResult(BaseModel):
    """What came of a call.

    Attributes:
        text: it, for the model.
        fields: the whole of it, as the schema `result` of the tool in `agentos.tools` has it.
    """

    text: str
    fields: dict[str, Any]


class AgentOSToolConfig(BaseModel):
    """What a tool is loaded from."""

    name: str
    socket_path: str | None = None


class AgentOSTool(BaseTool[ToolArguments, AgentOSToolResult], Component[AgentOSToolConfig]):
    """One call of the kernel."""

    component_config_schema = AgentOSToolConfig
    component_provider_override = "agentos.autogen.AgentOSTool"

    def __init__(self, tool: str | Tool, client: SharedClient | None = None, socket_path: str | None = None) -> None:
        """Offer a tool of `agentos.tools` by its name, through `client` or a client of its own.

        Args:
            tool: the tool or its name.
            client: shared with other tools.
            socket_path: the kernel's socket, for a client of its own; by default the one that AgentOSClient finds.
        """
        self._tool = tools.find(tool) if isinstance(tool, str) else tool
        self._socket_path = socket_path
        self._client = client or SharedClient(socket_path)
        super().__init__(arguments_model(self._tool), AgentOSToolResult, self._tool.name, self._tool.description)

    async def run(self, args: ToolArguments, cancellation_token: CancellationToken) -> AgentOSToolResult:
        """Make the call. One that is cancelled ends in the kernel too.

        Raises:
            ToolFailed: it failed, or the arguments do not fit.
        """
        given = args.given()
        call = asyncio.ensure_future(self._client.call_async(lambda c: tools.call_async(c, self._tool, given)))
        cancellation_token.link_future(call)
        try:
            fields = await call
        except (AgentOSError, tools.ArgumentError) as error:
            raise ToolFailed(tools.explain(error)) from error
        return AgentOSToolResult(text=tools.text(self._tool, fields), fields=fields)

    def return_value_as_string(self, value: Any) -> str:
        """Return what the model is told of a result."""
        return value.text if isinstance(value, AgentOSToolResult) else super().return_value_as_string(value)

    def _to_config(self) -> AgentOSToolConfig:
        return AgentOSToolConfig(name=self._tool.name, socket_path=self._socket_path)

    @classmethod
    def _from_config(cls, config: AgentOSToolConfig) -> Self:
        return cls(config.name, socket_path=config.socket_path)


def agentos_tools(names: Iterable[str] | None = None, socket_path: str | None = None) -> list[AgentOSTool]:
    """Return all tools of `agentos.tools`, or some of them, on one connection.

    Args:
        names: which tools; all of them when None.
        socket_path: the kernel's socket; by default the one that AgentOSClient finds.

    Raises:
        UnknownTool: one of the names is none; the text says which there are.
    """
    client = SharedClient(socket_path)
    return [AgentOSTool(name, client, socket_path) for name in (tools.TOOLS if names is None else names)]
