# SPDX-License-Identifier: MIT
"""Other people's MCP servers, which the kernel runs as sandboxed agents: `[mcp.servers.NAME]` of its configuration.

from agentos import AgentOSClient
from agentos.agentic import run
from agentos.mcp_servers import McpServer, function_tools

with AgentOSClient() as client:
    server = McpServer(client, "weather")
    print([tool["name"] for tool in server.tools()])
    print(server.call("forecast", {"city": "Oslo"})["content"])
    run(client, "Do I need an umbrella in Oslo?", tools=["read", *function_tools(client, "weather")])
"""

from ._client import McpError, McpServer
from ._tools import ToolFailed, function_tools

__all__ = ["McpError", "McpServer", "ToolFailed", "function_tools"]
