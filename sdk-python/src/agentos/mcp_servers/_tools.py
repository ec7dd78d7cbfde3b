# SPDX-License-Identifier: MIT
"""The tools of an MCP server beside ours, in the agent loop."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from agentos import AgentOSClient
from agentos.agentic import FunctionTool
from agentos.tools import shorten

from . import _limits
from ._client import McpServer

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


class ToolFailed(Exception):
    """A tool of an MCP server says that it failed; the text is what it says."""


def function_tools(client: AgentOSClient, name: str) -> list[FunctionTool]:
    """Return the tools of a server as functions for `agentos.agentic`, named `SERVER__TOOL`.

    What the server says of them is given to the model as it is, but bounded: descriptions to 1,024 characters, and
    a schema that is too long is left out. Of two tools that would have one name the second is left out.

    Raises:
        McpError: the server failed.
        AgentOSError: a call of the kernel's failed.
    """
    server = McpServer(client, name)
    found: dict[str, FunctionTool] = {}
    for tool in server.tools():
        full = _NOT_IN_NAMES.sub("_", f"{name}__{tool['name']}")[: _limits.TOOL_NAME_CHARACTERS]
        found.setdefault(full, _function_tool(server, full, tool))
    return [*found.values()]


def _function_tool(server: McpServer, full: str, tool: Mapping[str, Any]) -> FunctionTool:
    words = tool.get("description")
    description = shorten(words if isinstance(words, str) else "", _limits.DESCRIPTION_CHARACTERS)
    schema = tool["inputSchema"]
    if len(json.dumps(schema)) > _limits.SCHEMA_CHARACTERS or schema.get("type") != "object":
        schema = {"type": "object"}
    return FunctionTool(full, description or full, schema, _caller(server, tool["name"]), foreign=True)


def _caller(server: McpServer, tool: str) -> Callable[..., str]:
    def call(**arguments: Any) -> str:
        result = server.call(tool, arguments)
        words = result_words(result)
        if result.get("isError") is True:
            raise ToolFailed(words)
        return words

    return call


def result_words(result: Mapping[str, Any]) -> str:
    """Say a result to a model: its texts; of what is no text, what it is."""
    content = result.get("content")
    parts = [_part_words(part) for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    if not parts and "structuredContent" in result:
        return json.dumps(result["structuredContent"], ensure_ascii=False)
    return "\n".join(parts) or "(no output)"


def _part_words(part: Mapping[str, Any]) -> str:
    kind = part.get("type")
    if kind == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    resource = part.get("resource")
    if kind == "resource" and isinstance(resource, dict) and isinstance(resource.get("text"), str):
        return f"[{resource.get('uri')}]\n{resource['text']}"
    if kind == "resource_link":
        return f"[{part.get('uri')}]"
    return f"[{kind}, {part.get('mimeType', 'of no stated type')}: not shown]"
