# SPDX-License-Identifier: MIT
"""The server with a few more tools, of names that the conformance suite calls; the kernel does what they do.

python conformance_server.py --http PORT --workspace DIR
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path
from typing import Any

from agentos._acting import Agent, Identity
from agentos.mcp._http import listen, serve
from agentos.mcp._server import make_server
from agentos.tools import TOOLS, Hints, Tool

# What the suite wants to find in the list again.
KEYWORDS_OF_2020_12 = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
NOTHING = {"type": "object", "properties": {}, "additionalProperties": False}


def running(name: str, command: str, parameters: dict[str, Any] = NOTHING) -> Tool:
    """A tool that has the kernel run a command."""
    execute = TOOLS["execute"]
    return Tool(
        name=name,
        title=name,
        description=command,
        parameters=parameters,
        result=execute.result,
        hints=Hints(),
        method="exec",
        keywords=lambda _: {"command": command},
        words=execute.words,
    )


ADDED = [
    running("test_simple_text", "echo This is a simple text response for testing."),
    running("test_error_handling", "sudo true"),  # The sandbox's permissions refuse it.
    running("test_tool_with_progress", "sleep 2"),
    running("json_schema_2020_12_tool", "true", KEYWORDS_OF_2020_12),
]


async def main() -> None:
    """Serve until a signal ends it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--http", type=int, required=True)
    parser.add_argument("--workspace", type=Path, required=True)
    options = parser.parse_args()
    agent = Agent(Identity("conformance", "sandboxed", options.workspace))
    catalogue = {**TOOLS, **{tool.name: tool for tool in ADDED}}
    with listen("127.0.0.1", options.http, None) as listener:
        await serve(make_server(agent, catalogue), listener, "127.0.0.1", None)
    await agent.close()


if __name__ == "__main__":
    asyncio.run(main())
