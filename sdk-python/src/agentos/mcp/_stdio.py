# SPDX-License-Identifier: MIT
"""Serving one client over standard input and output."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, cast

import anyio
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server

from ._limits import LINE_BYTES
from ._streams import Streams

if TYPE_CHECKING:
    from anyio import AsyncFile


async def serve(server: Server[Any], streams: Streams) -> None:
    """Serve until the client is gone."""
    if _is_pipe(streams.input) and _is_pipe(streams.output):
        # Three hops between threads less for each message than with files, which cost more than the call itself.
        reader, writer = await _open(streams)
        lines, sink = cast("AsyncFile[str]", _Lines(reader)), cast("AsyncFile[str]", _Sink(writer))
    else:
        lines, sink = _files(streams)
    async with stdio_server(lines, sink) as (messages, answers):
        await server.run(messages, answers, server.create_initialization_options())


def _files(streams: Streams) -> tuple[AsyncFile[str], AsyncFile[str]]:
    source = io.TextIOWrapper(io.BufferedReader(streams.input), "utf-8", "replace")
    target = io.TextIOWrapper(io.BufferedWriter(streams.output), "utf-8")
    return anyio.wrap_file(source), anyio.wrap_file(target)


def _is_pipe(stream: IO[bytes]) -> bool:
    mode = os.fstat(stream.fileno()).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


async def _open(streams: Streams) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), streams.input)
    flow = asyncio.StreamReaderProtocol(asyncio.StreamReader())  # For StreamWriter.drain; nothing is read by it.
    transport, _ = await loop.connect_write_pipe(lambda: flow, streams.output)
    return reader, asyncio.StreamWriter(transport, flow, None, loop)


class _Lines:
    """Lines of text as an asyncio stream brings them."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader

    async def __aiter__(self) -> AsyncIterator[str]:
        try:
            while line := await self._reader.readline():
                yield line.decode(errors="replace")
        except ValueError:
            sys.stderr.write(f"agentos-mcp: a message of more than {LINE_BYTES >> 20} MiB came; hanging up\n")


class _Sink:
    """Takes text for an asyncio stream; from a client that does not read, not more than its buffer."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    async def write(self, text: str) -> None:
        self._writer.write(text.encode())

    async def flush(self) -> None:
        with suppress(ConnectionError):  # It no longer reads; when it has gone, its input ends.
            await self._writer.drain()
