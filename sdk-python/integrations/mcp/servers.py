# SPDX-License-Identifier: MIT
"""Starting the server as its users do: as a program, and speaking to it with the official client."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

PROGRAM = str(Path(sys.executable).with_name("agentos-mcp"))
# How the official client is told which revision to speak.
REVISIONS = {"2025-11-25": "legacy", "2026-07-28": "2026-07-28"}
WAYS = [(transport, revision) for transport in ("stdio", "http") for revision in REVISIONS]

HELLO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}


def environment(socket: str, **more: str) -> dict[str, str]:
    """The test's own environment, without what would name another kernel or a token."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGENTOS_")}
    return {**kept, "AGENTOS_SOCKET": socket, **more}


@asynccontextmanager
async def connected(way: tuple[str, str], socket: str, *options: str) -> AsyncIterator[Client]:
    """Start a server that serves in one of the WAYS, and connect to it."""
    transport, revision = way
    if transport == "stdio":
        server = StdioServerParameters(command=PROGRAM, args=["serve", *options], env=environment(socket))
        async with Client(server, mode=REVISIONS[revision]) as client:
            yield client
        return
    with http_server(socket, *options) as url:
        async with Client(url, mode=REVISIONS[revision]) as client:
            yield client


@contextmanager
def http_server(
    socket: str, *options: str, program: tuple[str, ...] = (PROGRAM, "serve"), **more: str
) -> Iterator[str]:
    """Start a server on a free port; yields its address."""
    process = subprocess.Popen(
        [*program, "--http", "0", *options], env=environment(socket, **more), stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if "serving http" in line:
                break
        else:
            raise AssertionError(f"the server ended with {process.wait()}: {said}")
        yield line.split()[-1]
    finally:
        process.terminate()
        process.communicate(timeout=30)


class Raw:
    """A client that sees every byte: one message a line, over the server's standard input and output."""

    def __init__(self, socket: str, *options: str, stderr: int = subprocess.PIPE) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, "serve", *options],
            env=environment(socket),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
        )
        self.last = 0

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def write(self, line: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the server has closed its standard output"
        message: dict[str, Any] = json.loads(line)
        assert message["jsonrpc"] == "2.0"
        return message

    def send(self, method: str, **parameters: Any) -> int:
        """Send a request, and return its id."""
        self.last += 1
        self.write(json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": parameters}).encode())
        return self.last

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a request, and return what answers it."""
        number = self.send(method, **parameters)
        while True:
            message = self.read()
            if message.get("id") == number:
                return message

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool, and return its result."""
        answer = self.ask("tools/call", name=tool, arguments=arguments)
        assert "result" in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def initialize(self) -> dict[str, Any]:
        answer = self.ask("initialize", **HELLO)
        self.write(b'{"jsonrpc":"2.0","method":"notifications/initialized"}')
        return answer

    def end(self) -> tuple[int, str]:
        """Close its standard input, and return its exit code and what it said on standard error."""
        out, said = self.process.communicate(timeout=30)
        assert not out
        return self.process.returncode, said.decode() if said else ""


def text(result: Any) -> str:
    """What the model reads."""
    (content,) = result["content"] if isinstance(result, dict) else result.content
    words: str = content["text"] if isinstance(content, dict) else content.text
    return words


def as_json(answer: Any) -> Any:
    """An answer as it is on the wire."""
    return answer.model_dump(by_alias=True, mode="json", exclude_none=True)
