# SPDX-License-Identifier: MIT
"""The command line: what the server is to be, in words that can also be written into a client's configuration."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from secrets import token_hex
from typing import Any

from agentos._acting import LEVELS, Identity

from ._clients import CLIENTS


class Misuse(Exception):
    """The command line makes no sense; the text says what would."""


def parser() -> argparse.ArgumentParser:
    """Make the parser of `agentos-mcp`."""
    top = argparse.ArgumentParser(
        prog="agentos-mcp",
        description="The AgentOS kernel as an MCP server: everything a client does is done as one sandboxed agent.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="serve|install|config")
    serve = commands.add_parser("serve", help="serve one client on standard input and output, or several over HTTP")
    _add_server_options(serve)
    serve.add_argument(
        "--http",
        metavar="[HOST:]PORT",
        help="streamable HTTP instead; other hosts than this one need the secret in AGENTOS_MCP_TOKEN",
    )
    install = commands.add_parser("install", help="write the server into a client's configuration")
    config = commands.add_parser("config", help="print what install would write")
    for command in (install, config):
        command.add_argument("--client", choices=CLIENTS, default="claude-desktop", help="(default: %(default)s)")
        command.add_argument("--as", dest="entry", default="agentos", metavar="NAME", help="the server's name there")
        _add_server_options(command)
    install.add_argument("--file", type=Path, metavar="FILE", help="the client's configuration, if it is elsewhere")
    install.add_argument("--replace", action="store_true", help="replace another server of that name")
    return top


def _add_server_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--level",
        choices=LEVELS,
        default="sandboxed",
        help="what the client may do (default: %(default)s); standard and unrestricted have no sandbox",
    )
    command.add_argument("--workspace", metavar="DIR", help="the folder to work in (default: the current one)")
    command.add_argument("--permissions", metavar="JSON", help="fields that differ from the level's: see the protocol")
    command.add_argument("--network", action="store_true", help="let commands in the sandbox use the host's network")
    command.add_argument("--memory", metavar="SIZE", help="most memory, such as 1G")
    command.add_argument("--cpu", metavar="CORES", type=float, help="most CPU, such as 0.5")
    command.add_argument("--pids", metavar="N", type=int, help="most processes and threads")
    command.add_argument("--agent", metavar="NAME", help="the agent's name (default: mcp- and random digits)")
    command.add_argument("--socket", metavar="PATH", help="the kernel's socket")


def identity(options: argparse.Namespace) -> Identity:
    """Make of the options the agent to be.

    Raises:
        Misuse: they make no sense.
    """
    limits = {"memory": options.memory, "cpu": options.cpu, "max_pids": options.pids}
    if options.network and options.level not in LEVELS[:3]:
        raise Misuse(f"--network is for a sandbox; with --level {options.level} the network is the host's anyway")
    return Identity(
        name=options.agent or f"mcp-{token_hex(4)}",
        level=options.level,
        workspace=workspace(options.workspace),
        permissions=_permissions(options.permissions),
        limits={name: value for name, value in limits.items() if value is not None},
        network=options.network,
        kernel=options.socket,
    )


def workspace(given: str | None) -> Path:
    """Find the folder; one that nobody named has to look like a workspace.

    Raises:
        Misuse: it is no folder, or too much of one.
    """
    folder = Path(given).expanduser().resolve() if given else Path.cwd()
    if not folder.is_dir():
        raise Misuse(f"--workspace {folder} is no folder; make it first, or name another")
    if folder == Path("/") or (not given and folder == Path.home()):
        raise Misuse(f"{folder} is more than a workspace: name a folder with --workspace DIR")
    return folder


def _permissions(given: str | None) -> dict[str, Any]:
    try:
        fields = json.loads(given or "{}")
    except ValueError as error:
        raise Misuse(f'--permissions is not JSON ({error}); an example: {{"network": ["api.example.com"]}}') from None
    if not isinstance(fields, dict) or "level" in fields:
        raise Misuse('--permissions must be a JSON object such as {"can_exec": false}; the level is given by --level')
    return fields


def address(given: str) -> tuple[str, int]:
    """Read [HOST:]PORT.

    Raises:
        Misuse: it is none.
    """
    host, _, port = given.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not port.isdecimal() or int(port) > 0xFFFF:
        raise Misuse(f"--http takes PORT or HOST:PORT, was {given!r}")
    return host, int(port)


def words(options: argparse.Namespace) -> list[str]:
    """Write the options of the server as the words of a `serve` command, independent of where it will be started."""
    written = ["serve", "--level", options.level, "--workspace", str(workspace(options.workspace))]
    for name in ("permissions", "memory", "cpu", "pids", "agent"):
        value = getattr(options, name)
        if value is not None:
            written += [f"--{name}", str(value)]
    if options.network:
        written.append("--network")
    socket = options.socket or os.environ.get("AGENTOS_SOCKET")
    return [*written, "--socket", os.path.abspath(socket)] if socket else written
