# SPDX-License-Identifier: MIT
"""What a tool call through a framework's adapter costs more than the same call with the SDK.

    $(integrations/setup NAME)/bin/python integrations/bench.py NAME [--calls N] [--json]

NAME is langchain, crewai, autogen or agent_framework; mcp/bench.py is the one for MCP. It uses the kernel that the SDK
finds. The ways to call take turns in short rounds, so that what else the machine does falls on all alike. A tool is
called as its framework calls it, its checks and its text for the model included, and compared with the client of the
same kind, blocking or asyncio.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

from agentos import AgentOSClient, AsyncAgentOSClient, tools

ROUND = 25
# The way that each other one, by the word that its name begins with, is compared with.
BLOCKING, ASYNCIO = "blocking: sdk", "asyncio: sdk"

Arguments = dict[str, Any]
Way = Callable[[str, Arguments], Awaitable[object]]


def blocking(call: Callable[[str, Arguments], object]) -> Way:
    """Fit a blocking call beside the others."""

    async def way(name: str, arguments: Arguments) -> object:
        return call(name, arguments)

    return way


def langchain(name: str) -> dict[str, Way]:
    """`invoke` and `ainvoke`, with the call that a model asked for."""
    by_name = {tool.name: tool for tool in importlib.import_module(name).AgentOSToolkit().get_tools()}

    def asked(tool: str, arguments: Arguments) -> Arguments:
        return {"type": "tool_call", "id": "call", "name": tool, "args": arguments}

    return {
        "blocking: invoke": blocking(lambda tool, arguments: by_name[tool].invoke(asked(tool, arguments))),
        "asyncio: ainvoke": lambda tool, arguments: by_name[tool].ainvoke(asked(tool, arguments)),
    }


def crewai(name: str) -> dict[str, Way]:
    """`run` and `arun`, which a crew's executor calls."""
    by_name = {tool.name: tool for tool in importlib.import_module(name).agentos_tools()}
    return {
        "blocking: run": blocking(lambda tool, arguments: by_name[tool].run(**arguments)),
        "asyncio: arun": lambda tool, arguments: by_name[tool].arun(**arguments),
    }


def autogen(name: str) -> dict[str, Way]:
    """A tool by itself, and in the workbench that an assistant calls."""
    made = importlib.import_module(name).agentos_tools()
    by_name = {tool.name: tool for tool in made}
    core = importlib.import_module("autogen_core")
    workbench = importlib.import_module("autogen_core.tools").StaticStreamWorkbench(made)

    async def in_workbench(tool: str, arguments: Arguments) -> object:
        return [event async for event in workbench.call_tool_stream(tool, arguments, core.CancellationToken())]

    return {
        "asyncio: run_json": lambda tool, arguments: by_name[tool].run_json(arguments, core.CancellationToken()),
        "asyncio: workbench": in_workbench,
    }


def agent_framework(name: str) -> dict[str, Way]:
    """`invoke`, which an agent calls."""
    by_name = {tool.name: tool for tool in importlib.import_module(name).agentos_tools()}
    return {"asyncio: invoke": lambda tool, arguments: by_name[tool].invoke(arguments=arguments)}


ADAPTERS = {make.__name__: make for make in (langchain, crewai, autogen, agent_framework)}


async def main() -> None:
    """Measure, and print a table or JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=ADAPTERS)
    parser.add_argument("--calls", type=int, default=500, metavar="N", help="of each tool by each way (%(default)s)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.NamedTemporaryFile("w") as file, AgentOSClient() as client:
        file.write("x" * 1000)
        file.flush()
        calls = {"get_permissions": {}, "read_file": {"path": str(Path(file.name))}, "list_agents": {}}
        async with AsyncAgentOSClient() as asyncio_client:
            ways = {
                BLOCKING: blocking(lambda tool, arguments: tools.call(client, tool, arguments)),
                ASYNCIO: lambda tool, arguments: tools.call_async(asyncio_client, tool, arguments),
                **ADAPTERS[options.name](f"agentos.{options.name}"),
            }
            taken = await measure(ways, calls, options.calls)
    show(
        {tool: {way: median(times) * 1000 for way, times in by_way.items()} for tool, by_way in taken.items()}, options
    )


async def measure(ways: dict[str, Way], calls: dict[str, Arguments], count: int) -> dict[str, dict[str, list[float]]]:
    """Time the calls, after a round that is not counted; the seconds that each took."""
    taken: dict[str, dict[str, list[float]]] = {tool: {way: [] for way in ways} for tool in calls}
    for number in range(-1, max(1, count // ROUND)):
        for tool, arguments in calls.items():
            for name, way in ways.items():
                times = [await timed(way, tool, arguments) for _ in range(ROUND)]
                if number >= 0:
                    taken[tool][name] += times
    return taken


async def timed(way: Way, tool: str, arguments: Arguments) -> float:
    begun = time.perf_counter()
    await way(tool, arguments)
    return time.perf_counter() - begun


def show(medians: dict[str, dict[str, float]], options: argparse.Namespace) -> None:
    """Print medians in milliseconds, and what the adapter adds."""
    if options.json:
        print(json.dumps({"unit": "milliseconds", "name": options.name, "calls": options.calls, "medians": medians}))
        return
    for tool, by_way in medians.items():
        print(tool)
        for way, milliseconds in by_way.items():
            added = milliseconds - by_way[BLOCKING if way.startswith("blocking") else ASYNCIO]
            print(f"  {way:<20} {milliseconds:6.3f} ms" + (f"  {added:+.3f}" if way not in (BLOCKING, ASYNCIO) else ""))


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
