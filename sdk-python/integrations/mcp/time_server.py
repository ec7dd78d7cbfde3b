# SPDX-License-Identifier: MIT
"""A small server as people write them, with the official SDK."""

from __future__ import annotations

from datetime import date

from mcp.server import MCPServer

server = MCPServer("calendar")


@server.tool()
def days_between(first: date, last: date) -> int:
    """Count the days from one date to another."""
    return (last - first).days


@server.resource("calendar://epoch")
def epoch() -> str:
    """The day on which time begins."""
    return "1970-01-01"


if __name__ == "__main__":
    server.run("stdio")
