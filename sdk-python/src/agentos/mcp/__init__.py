# SPDX-License-Identifier: MIT
"""The MCP server of AgentOS: the kernel's calls as tools for Claude Desktop, Claude Code, Cursor and other clients.

    python -m agentos.mcp serve --workspace DIR

It needs the extra `mcp` of this package. Everything that a client has it do is done as one agent of the kernel, which
the server starts for itself with the level that it was given: see `agentos._acting`, and docs/mcp.md for users.
"""
