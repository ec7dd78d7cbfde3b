# SPDX-License-Identifier: MIT
"""The kernel's calls as LangChain tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from langchain_core.tools import BaseTool, BaseToolkit, ToolException
from pydantic import ConfigDict, PrivateAttr

from agentos import AgentOSError, tools
from agentos.tools import SharedClient, Tool

Result = tuple[str, dict[str, Any]]


class AgentOSTool(BaseTool):
    """One call of the kernel. The content of its message is for the model; the artifact is the whole result."""

    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"
    handle_tool_error: bool | str | Callable[[ToolException], str] | None = True

    _tool: Tool = PrivateAttr()
    _client: SharedClient = PrivateAttr()

    def __init__(self, tool: str | Tool, client: SharedClient | None = None, **settings: Any) -> None:
        """Offer a tool of `agentos.tools` by its name, through `client` or a client of its own."""
        tool = tools.find(tool) if isinstance(tool, str) else tool
        super().__init__(
            name=tool.name,
            description=tool.description,
            args_schema=dict(tool.parameters),
            metadata={"hints": vars(tool.hints)},
            **settings,
        )
        self._tool = tool
        self._client = client or SharedClient()

    def _run(self, **arguments: Any) -> Result:
        try:
            return self._answer(self._client.call(lambda client: tools.call(client, self._tool, arguments)))
        except (AgentOSError, tools.ArgumentError) as error:
            raise ToolException(tools.explain(error)) from error

    async def _arun(self, **arguments: Any) -> Result:
        try:
            return self._answer(
                await self._client.call_async(lambda client: tools.call_async(client, self._tool, arguments))
            )
        except (AgentOSError, tools.ArgumentError) as error:
            raise ToolException(tools.explain(error)) from error

    def _answer(self, result: dict[str, Any]) -> Result:
        return tools.text(self._tool, result), result


class AgentOSToolkit(BaseToolkit):
    """All tools of `agentos.tools`, or some of them, on one connection.

    Attributes:
        names: which tools; all of them when None.
        socket_path: the kernel's socket; by default the one that AgentOSClient finds.
    """

    model_config = ConfigDict(extra="forbid")

    names: Sequence[str] | None = None
    socket_path: str | None = None
    _client: SharedClient = PrivateAttr()

    def model_post_init(self, _: Any) -> None:
        """Make the client, which connects when a tool is first used.

        Raises:
            UnknownTool: one of the names is none; the text says which there are.
        """
        for name in self.names or ():
            tools.find(name)
        self._client = SharedClient(self.socket_path)

    def get_tools(self) -> list[BaseTool]:
        """Return the tools."""
        names = tools.TOOLS if self.names is None else self.names
        return [AgentOSTool(name, self._client) for name in names]
