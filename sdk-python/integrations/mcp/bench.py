# SPDX-License-Identifier: MIT
"""What a call through the MCP server costs more than the same call with the SDK.

    integrations/setup mcp; .agentos/venvs/mcp/bin/python sdk-python/integrations/mcp/bench.py [--calls N] [--json]

It uses the kernel that the SDK finds. All ways act as an agent of the same kind, take turns in short rounds, so that
what else the machine does falls on all alike, and are timed from the caller's side:

    sdk       AsyncAgentOSClient, as that agent
    lines     the server over standard input and output, spoken to by a loop that writes and reads lines: its own cost
    stdio     the same with the official client; in each revision
    posts     the server over HTTP, spoken to by a loop that posts and reads: its own cost; in each revision
    http      the same with the official client
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from mcp import Client
from servers import HELLO, REVISIONS, Raw, connected, http_server

from agentos import AsyncAgentOSClient, tools
from agentos._acting import Identity, start_agent

CALLS = {"get_permissions": {}, "read_file": {"path": "/workspace/file"}, "list_agents": {}}
ROUND = 50

Call = Callable[[str, dict[str, Any]], Awaitable[object]]


async def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=1000, metavar="N", help="of each tool by each way (%(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace:
        (Path(workspace) / "file").write_text("x" * 1000)
        async with AsyncExitStack() as stack:
            taken = await measure(await open_ways(stack, workspace), options.calls)
    medians = {tool: {way: round(median(times) * 1e6) for way, times in ways.items()} for tool, ways in taken.items()}
    if options.json:
        print(json.dumps({"unit": "microseconds", "calls": options.calls, "medians": medians}))
        return
    for tool, ways in medians.items():
        print(f"{tool}: {ways['sdk']} us with the SDK")
        for way, microseconds in ways.items():
            if way != "sdk":
                print(f"  {way:<18} {microseconds:>6} us, {microseconds - ways['sdk']:>+6}")


async def open_ways(stack: AsyncExitStack, workspace: str) -> dict[str, Call]:
    """Connect in each way."""
    kernel = os.environ.get("AGENTOS_SOCKET", "")
    client = await start_agent(Identity(f"bench-{os.getpid()}", "sandboxed", Path(workspace)))
    stack.push_async_callback(client.close)
    raw = stack.enter_context(Raw(kernel, "--workspace", workspace, stderr=subprocess.DEVNULL))
    raw.initialize()
    ways = {"sdk": by_sdk(client), "lines": by_lines(raw)}
    url = stack.enter_context(http_server(kernel, "--workspace", workspace))
    ways |= {f"posts {revision}": by_posts(Posts(url, revision)) for revision in REVISIONS}
    for transport in ("stdio", "http"):
        for revision in REVISIONS:
            session = connected((transport, revision), kernel, "--workspace", workspace)
            ways[f"{transport} {revision}"] = by_client(await stack.enter_async_context(session))
    return ways


def by_sdk(client: AsyncAgentOSClient) -> Call:
    async def call(tool: str, arguments: dict[str, Any]) -> object:
        return await tools.call_async(client, tool, arguments)

    return call


def by_lines(raw: Raw) -> Call:
    async def call(tool: str, arguments: dict[str, Any]) -> object:
        return raw.call(tool, **arguments)

    return call


class Posts:
    """A client of one revision that keeps a connection, and does no more than the protocol asks for."""

    def __init__(self, url: str, revision: str) -> None:
        address = urlsplit(url)
        self.path, self.last = address.path, 0
        self.headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
        self.more: dict[str, Any] = {}
        self.connection = http.client.HTTPConnection(address.hostname or "", address.port)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if revision == HELLO["protocolVersion"]:
            answer, _ = self.post("initialize", **HELLO)
            self.headers["Mcp-Session-Id"] = answer.headers["Mcp-Session-Id"]
        else:
            named = {"protocolVersion": revision, "clientInfo": HELLO["clientInfo"], "clientCapabilities": {}}
            self.more = {"_meta": {f"io.modelcontextprotocol/{name}": value for name, value in named.items()}}
        self.headers["Mcp-Protocol-Version"] = revision

    def post(self, method: str, **parameters: Any) -> tuple[http.client.HTTPResponse, bytes]:
        self.last += 1
        message = {"jsonrpc": "2.0", "id": self.last, "method": method, "params": {**parameters, **self.more}}
        named = {"Mcp-Method": method, "Mcp-Name": parameters["name"]} if self.more else {}
        self.connection.request("POST", self.path, json.dumps(message).encode(), {**self.headers, **named})
        answer = self.connection.getresponse()
        return answer, answer.read()


def by_posts(client: Posts) -> Call:
    async def call(tool: str, arguments: dict[str, Any]) -> object:
        answer, body = client.post("tools/call", name=tool, arguments=arguments)
        assert b'"result"' in body, (answer.status, body)
        return body

    return call


def by_client(client: Client) -> Call:
    async def call(tool: str, arguments: dict[str, Any]) -> object:
        return await client.call_tool(tool, arguments)

    return call


async def measure(ways: dict[str, Call], calls: int) -> dict[str, dict[str, list[float]]]:
    """Time the calls, after a round that is not counted; the seconds that each took."""
    taken: dict[str, dict[str, list[float]]] = {tool: {way: [] for way in ways} for tool in CALLS}
    for number in range(-1, max(1, calls // ROUND)):
        for tool, arguments in CALLS.items():
            for way, call in ways.items():
                times = [await timed(call, tool, arguments) for _ in range(ROUND)]
                if number >= 0:
                    taken[tool][way] += times
    return taken


async def timed(call: Call, tool: str, arguments: dict[str, Any]) -> float:
    begun = time.perf_counter()
    await call(tool, arguments)
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
