# SPDX-License-Identifier: MIT
"""Calling an MCP server that the kernel runs."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any

from agentos import AgentOSClient, NotFound

from . import _limits

# What the kernel calls the agent that a server is.
AGENT_PREFIX = "mcp-"


class McpError(Exception):
    """A call of an MCP server failed.

    Attributes:
        code: JSON-RPC's number, as the server gave it; or the relay's: -32001 it did not answer in time, -32002 it
            ended, -32003 its answer is too large, -32004 too many calls are under way.
    """

    def __init__(self, message: str, code: int) -> None:
        """Keep both."""
        super().__init__(message)
        self.code = code


class McpServer:
    """A server of the kernel's, called by messages with the identity of a client.

    Any thread may use it; its calls are made one after the other. Of each server one object for each agent: answers
    come to the agent's one mailbox, from which an object takes all that its server has sent.
    """

    def __init__(self, client: AgentOSClient, name: str) -> None:
        """Name a server as the kernel's configuration does; nothing is asked yet."""
        self.name = name
        self._client = client
        self._agent = AGENT_PREFIX + name
        self._lock = threading.Lock()

    def tools(self) -> list[dict[str, Any]]:
        """Return the server's tools as MCP describes them: `name`, `description`, `inputSchema`; the first 100.

        Raises:
            McpError: the server failed.
            AgentOSError: a call of the kernel's failed.
        """
        found: list[dict[str, Any]] = []
        params: dict[str, Any] = {}
        # Each page has a tool, or is the last: no server leads us round for ever.
        while len(found) < _limits.TOOLS:
            page = self.request("tools/list", params)
            tools = page.get("tools")
            if not isinstance(tools, list) or not all(map(_is_tool, tools)):
                raise McpError(f"the MCP server {self.name} lists what are no tools", _limits.BAD_ANSWER)
            found += tools
            if not tools or not isinstance(page.get("nextCursor"), str):
                break
            params = {"cursor": page["nextCursor"]}
        return found[: _limits.TOOLS]

    def call(
        self, tool: str, arguments: Mapping[str, Any] | None = None, timeout: float = _limits.CALL_SECONDS
    ) -> dict[str, Any]:
        """Call a tool, and return MCP's result: `content`, and perhaps `structuredContent` and `isError`.

        Args:
            tool: the name that the server calls it by.
            arguments: what its `inputSchema` asks for.
            timeout: how many seconds the server may take, at most 600.

        Raises:
            McpError: the server failed, or there is no such tool. A tool that failed is a result with `isError`.
            AgentOSError: a call of the kernel's failed.
        """
        return self.request("tools/call", {"name": tool, "arguments": dict(arguments or {})}, timeout)

    def request(
        self, method: str, params: Mapping[str, Any] | None = None, timeout: float = _limits.CALL_SECONDS
    ) -> dict[str, Any]:
        """Make any request that the relay lets through, such as `resources/read`, and return its result.

        Raises:
            McpError: the server failed.
            AgentOSError: a call of the kernel's failed.
        """
        call = secrets.token_hex(8)
        message = {"mcp": call, "method": method, "params": dict(params or {}), "timeout": timeout}
        with self._lock:
            try:
                agent_id = self._client.send(self._agent, message).delivered_to
            except NotFound:
                where = f"[mcp.servers.{self.name}] of the kernel's configuration"
                raise McpError(f"no MCP server {self.name} runs: see {where}", _limits.SERVER_ENDED) from None
            return self._answer(agent_id, call, timeout + _limits.ANSWER_MARGIN_SECONDS)

    def _answer(self, agent_id: int, call: str, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            # Answers to calls that were given up come first, and are dropped.
            for message in self._client.recv(1, wait=left, sender=agent_id).messages:
                answer = message.message
                if isinstance(answer, dict) and answer.get("mcp") == call:
                    return self._result(answer)
        raise McpError(f"the MCP server {self.name} did not answer in time", _limits.TIMED_OUT)

    def _result(self, answer: dict[str, Any]) -> dict[str, Any]:
        result = answer.get("result")
        if isinstance(result, dict):
            return result
        error = answer.get("error")
        if not isinstance(error, dict) or type(error.get("code")) is not int:
            error = {"code": _limits.BAD_ANSWER, "message": "its answer makes no sense"}
        raise McpError(f"the MCP server {self.name}: {error.get('message')}", error["code"])


def _is_tool(tool: Any) -> bool:
    return isinstance(tool, dict) and isinstance(tool.get("name"), str) and isinstance(tool.get("inputSchema"), dict)
