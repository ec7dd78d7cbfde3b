# SPDX-License-Identifier: MIT
"""The loop as an agent: what the command line starts in a sandbox, as `python3 -m agentos.agentic._inside`.

It hears what to do by a socket that the command has put into its sandbox, and tells each event by it; the command
answers each with a newline once it has written it down, and only then does the loop go on. The transcript is outside,
out of the reach of what the loop runs. When the command is gone, so is the loop.
"""

from __future__ import annotations

import json
import os
import socket
import threading
from queue import SimpleQueue
from typing import IO

from agentos import AgentOSClient

from ._budget import Limits, prices_from
from ._functions import FunctionTool
from ._loop import Loop
from ._state import Event
from ._toolbox import permitted
from ._transcript import encode

DOOR = "/run/agentic.sock"
_COMMAND_IS_GONE = 3


def main() -> None:
    """Carry out what the command orders."""
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(DOOR)
        orders = door.makefile("rb")
        order = json.loads(orders.readline())
        events = [json.loads(orders.readline()) for _ in range(order["events"])]
        written: SimpleQueue[bytes] = SimpleQueue()
        over = threading.Event()
        threading.Thread(target=_listen, args=(orders, written, over), daemon=True).start()

        def record(event: Event) -> None:
            if event["type"] == "end":
                over.set()
            door.sendall(encode(event))
            written.get()

        with AgentOSClient() as client:
            loop = Loop(
                client,
                tools=_offered(client, order["tools"], order["mcp"]),
                model=order["model"],
                limits=Limits(**order["limits"]),
                prices=prices_from(order["prices"]),
                on_event=record,
                about=order["about"],
            )
            _ = loop.resume(events) if events else loop.run(order["task"])


def _offered(client: AgentOSClient, names: list[str] | None, servers: list[str]) -> list[str | FunctionTool] | None:
    """The tools of the loop: ours, and those of MCP servers."""
    if not servers:
        return [*names] if names is not None else None
    from agentos.mcp_servers import function_tools  # It knows this package.

    ours = permitted(client.get_permissions().permissions) if names is None else names
    return [*ours, *(tool for server in servers for tool in function_tools(client, server))]


def _listen(orders: IO[bytes], written: SimpleQueue[bytes], over: threading.Event) -> None:
    """Hear that events are written, or that the command is gone; a call may be under way then, which ends with us."""
    while newline := orders.read(1):
        written.put(newline)
    if not over.is_set():
        os._exit(_COMMAND_IS_GONE)
    written.put(b"")  # Gone with the last event, written or not: there is nothing left to wait for.


if __name__ == "__main__":
    main()
