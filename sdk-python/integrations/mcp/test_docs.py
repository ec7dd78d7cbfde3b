# SPDX-License-Identifier: MIT
"""docs/mcp.md says what there is."""

from __future__ import annotations

import re
import socket
import subprocess
from pathlib import Path

from servers import PROGRAM

from agentos._acting import LEVELS
from agentos.mcp._clients import CLIENTS
from agentos.mcp._http import listen
from agentos.tools import TOOLS, Hints

DOCUMENT = (Path(__file__).parents[3] / "docs/mcp.md").read_text()


def rows(first: str) -> list[list[str]]:
    """The rows of the table whose heading begins with a word."""
    (table,) = re.findall(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", DOCUMENT, re.MULTILINE)
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in table.splitlines()]


def test_the_tools_and_their_hints() -> None:
    documented = {name: hints for name, _, hints in rows("tool")}
    assert documented == {tool.name: words(tool.hints) for tool in TOOLS.values()}


def words(hints: Hints) -> str:
    said = {"read-only": hints.read_only, "destructive": hints.destructive, "open world": hints.open_world}
    return ", ".join(word for word, holds in said.items() if holds)


def test_the_clients_the_levels_and_the_options() -> None:
    assert {name: file for name, file in rows("client")} == {name: client.file for name, client in CLIENTS.items()}
    assert [name for name, _ in rows("level")] == list(LEVELS)
    usage = subprocess.run([PROGRAM, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    documented = set(re.findall(r"--[a-z]+", " ".join(name for name, _ in rows("option of all three"))))
    assert documented == set(re.findall(r"--[a-z]+", usage)) - {"--help", "--http"}


def test_answers_over_http_are_not_held_back() -> None:
    """Where the protocol is not named, asyncio leaves Nagle's algorithm on: 40 ms for each answer."""
    with listen("127.0.0.1", 0, None) as listener:
        assert listener.proto == socket.IPPROTO_TCP
