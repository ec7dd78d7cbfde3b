# SPDX-License-Identifier: MIT
"""What the offline model says in the tests of the agent loop: a list of answers for each caller."""

from __future__ import annotations

import re
from typing import Any

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
    """The script in which each caller is given its answers one after the other, and then the last one for ever."""
    rules: list[dict[str, Any]] = []
    for caller, turns in talks.items():
        name = re.escape(caller)
        rules += [{"caller": name, "call": number, **turn} for number, turn in enumerate(turns, 1)]
        rules.append({"caller": name, **turns[-1]})
    return {"rules": rules, "default": {"content": "nobody wrote an answer for this caller"}}
