# SPDX-License-Identifier: MIT
"""Calls a tool of an MCP server from its own sandbox, and prints what came of it.

Usage: mcp_caller.py SERVER TOOL ARGUMENTS
"""

import json
import sys

from agentos import AgentOSClient
from agentos.mcp_servers import McpServer

_, name, tool, arguments = sys.argv
with AgentOSClient() as client:
    server = McpServer(client, name)
    print(json.dumps({"tools": len(server.tools()), **server.call(tool, json.loads(arguments))}))
