# SPDX-License-Identifier: MIT
"""`agentos-mcp`, and `python -m agentos.mcp`: serve, install, config.

Exit codes: 0 done, 1 failed, 2 wrong usage. What is said to people goes to standard error, but for what `config` and
`install` were asked for.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentos import AgentOSError, TransportError

from ._clients import CLIENTS, Refused, install
from ._options import Misuse, address, identity, parser, words
from ._streams import Streams

if TYPE_CHECKING:
    from mcp.server.lowlevel import Server

    from agentos._acting import Identity


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    options = parser().parse_args(arguments)
    try:
        if options.command == "serve":
            return _serve(options)
        return _install(options) if options.command == "install" else _config(options)
    except Misuse as misuse:
        return _say(str(misuse), 2)
    except (AgentOSError, Refused, OSError) as failure:
        return _say(str(failure), 1)
    except KeyboardInterrupt:
        return 130


def _say(sentence: str, code: int = 0) -> int:
    print(f"agentos-mcp: {sentence}", file=sys.stderr, flush=True)
    return code


def _config(options: argparse.Namespace) -> int:
    client = CLIENTS[options.client]
    print(json.dumps({client.key: {options.entry: client.entry(words(options))}}, indent=2, ensure_ascii=False))
    return 0


def _install(options: argparse.Namespace) -> int:
    identity(options)  # What could not be served is not installed.
    client = CLIENTS[options.client]
    path: Path = options.file or client.path
    backup = install(client, path, options.entry, client.entry(words(options)), options.replace)
    print(f"{path}: {options.entry} is there now; restart {options.client} to use it")
    if backup is not None:
        print(f"as it was before: {backup}")
    return 0


def _serve(options: argparse.Namespace) -> int:
    streams = None if options.http else Streams()  # Before anything else can print.
    if importlib.util.find_spec("mcp") is None:
        return _say("this needs the MCP SDK: pip install 'agentos[mcp]'", 1)
    served = identity(options)
    if streams is not None:
        asyncio.run(_over_stdio(served, streams))
        return 0
    import uvloop

    uvloop.run(_over_http(served, options.http))  # A request crosses ten tasks there: this loop takes a third off it.
    return 0


async def _over_stdio(served: Identity, streams: Streams) -> None:
    from ._stdio import serve

    await _serving(served, lambda server: serve(server, streams))


async def _over_http(served: Identity, place: str) -> None:
    from ._http import listen, serve

    host, port = address(place)
    token = os.environ.get("AGENTOS_MCP_TOKEN")
    with listen(host, port, token) as listener:
        await _serving(served, lambda server: serve(server, listener, host, token))


async def _serving(served: Identity, serve: Callable[[Server[Any]], Awaitable[None]]) -> None:
    from agentos._acting import Agent

    from ._server import make_server

    agent = Agent(served)
    try:
        await agent.client()
    except TransportError as absent:
        _say(f"{absent}; until then every call says so")
    try:
        await serve(make_server(agent))
    finally:
        await agent.close()


if __name__ == "__main__":
    sys.exit(main())
