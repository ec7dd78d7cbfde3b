# SPDX-License-Identifier: MIT
"""The kernel's calls as tools of agent-framework."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from agent_framework import Content, FunctionTool

from agentos import AgentOSError, tools
from agentos.tools import SharedClient, Tool
from agentos.tools.pydantic import arguments_model


class AgentOSTool(FunctionTool):
    """One call of the kernel.

    Its result is text for the model, with the whole of it as `raw_representation`. A failure is text too, which begins
    with a code such as PERMISSION_DENIED: of an exception the framework would tell the model nothing.
    """

    def __init__(self, tool: str | Tool, client: SharedClient | None = None, **settings: Any) -> None:
        """Offer a tool of `agentos.tools` by its name, through `client` or a client of its own.

        Args:
            tool: the tool or its name.
            client: shared with other tools.
            settings: anything that FunctionTool takes, such as approval_mode="always_require".
        """
        self._tool = tools.find(tool) if isinstance(tool, str) else tool
        self._client = client or SharedClient()
        super().__init__(
            name=self._tool.name,
            description=self._tool.description,
            func=self._perform,
            input_model=arguments_model(self._tool),
            **settings,
        )

    async def _perform(self, **arguments: Any) -> Content:
        given = {name: value for name, value in arguments.items() if value is not None}
        try:
            result = await self._client.call_async(lambda client: tools.call_async(client, self._tool, given))
        except (AgentOSError, tools.ArgumentError) as error:
            return Content.from_text(tools.explain(error))
        return Content.from_text(tools.text(self._tool, result), raw_representation=result)


def agentos_tools(
    names: Iterable[str] | None = None, socket_path: str | None = None, **settings: Any
) -> list[FunctionTool]:
    """Return all tools of `agentos.tools`, or some of them, on one connection.

    Args:
        names: which tools; all of them when None.
        socket_path: the kernel's socket; by default the one that AgentOSClient finds.
        settings: of each, as AgentOSTool takes them.

    Raises:
        UnknownTool: one of the names is none; the text says which there are.
    """
    client = SharedClient(socket_path)
    return [AgentOSTool(name, client, **settings) for name in (tools.TOOLS if names is None else names)]
