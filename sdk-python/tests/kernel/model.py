# SPDX-License-Identifier: MIT
"""What the offline model says in the tests of the agent loop: a list of answers for each caller."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kernel.daemon import Daemon

from agentos import AgentOSClient

Turn = dict[str, Any]


def call(tool: str, **arguments: Any) -> Turn:
    """An answer that asks for one call."""
    return calls((tool, arguments))


def calls(*asked: tuple[str, dict[str, Any]], content: str = "") -> Turn:
    """An answer that asks for several."""
    return {"content": content, "tool_calls": [{"name": name, "arguments": arguments} for name, arguments in asked]}


def done(answer: str, **more: Any) -> Turn:
    """The last answer."""
    return call("done", answer=answer, **more)


def script(talks: dict[str, list[Turn]]) -> dict[str, Any]:
    """The script in which each caller is given its answers one after the other, and then the last one for ever.

    Callers are told by regular expressions; each name that one fits hears the answers from the first on.
    """
    rules: list[dict[str, Any]] = []
    for caller, turns in talks.items():
        rules += [{"caller": caller, "call": number, **turn} for number, turn in enumerate(turns, 1)]
        rules.append({"caller": caller, **turns[-1]})
    return {"rules": rules, "default": {"content": "nobody wrote an answer for this caller"}}


@contextmanager
def agent(kernel: Daemon, name: str) -> Iterator[str]:
    """Have an agent of a name that may do everything, and yield the socket by which one is that agent."""
    with AgentOSClient(kernel.socket) as client:
        command, permissions = ["sleep", "infinity"], {"level": "unrestricted"}
        spawned = client.spawn(name, command=command, sandboxed=False, permissions=permissions)
    try:
        yield kernel.socket_of(spawned.id)
    finally:
        with AgentOSClient(kernel.socket) as client:
            client.kill(spawned.id, grace=0)
