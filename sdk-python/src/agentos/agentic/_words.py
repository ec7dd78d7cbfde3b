# SPDX-License-Identifier: MIT
"""The transcript for people: a few lines for each event, safe to show on a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from . import _limits
from ._prompts import DONE_NAME
from ._state import Event

# What models and commands write must not move the cursor or set the title: control characters are shown as pictures.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\n\t"}
_SAFE = str.maketrans({**_PICTURES, 0x7F: 0x2421, **{code: 0xFFFD for code in range(0x80, 0xA0)}})
_MARKS = {"allowed": "", "denied": "denied: ", "invalid": "not made: ", "unknown": "unknown: "}
# The argument that says most about a call, if it has one of these.
_TELLING = ("command", "path", "url", "to", "agent", "name", "answer", "prompt")


def lines(event: Event) -> Iterator[str]:
    """The lines for one event; none for those that only matter to programs."""
    if event["type"] == "start":
        yield from _circumstances(event)
        yield from _block("task: ", event["task"])
    elif event["type"] == "resume":
        yield from _circumstances(event)
        yield "resumed"
    elif event["type"] == "model" and event["content"]:
        yield from _block(f"{event['step']}: ", event["content"])
    elif event["type"] == "model_error":
        yield safe(f"{event['code']}: {event['error']}; asking again in {event['pause_ms'] / 1000:g} s")
    elif event["type"] == "call" and event["tool"] != DONE_NAME:
        yield from _block("> ", _call(event["tool"], event["arguments"]))
    elif event["type"] == "result" and event["tool"] != DONE_NAME:
        yield from _block("  ", _MARKS.get(event["decision"], "") + event["text"])
    elif event["type"] == "end":
        yield _end(event)


def safe(text: str) -> str:
    """The text without anything that a terminal would act upon."""
    return text.translate(_SAFE)


def _circumstances(event: Event) -> Iterator[str]:
    agent = event["agent"]
    yield safe(f"agent {agent['id']}, level {agent['level']}, model {event['model'] or 'by default'}")


def _call(tool: str, arguments: Any) -> str:
    if not isinstance(arguments, dict):
        return f"{tool} {json.dumps(arguments)}"
    telling = next((name for name in _TELLING if isinstance(arguments.get(name), str)), None)
    rest = {name: value for name, value in arguments.items() if name != telling}
    words = [tool, arguments[telling]] if telling else [tool]
    return " ".join([*words, *([json.dumps(rest, ensure_ascii=False)] if rest else [])])


def _end(event: Event) -> str:
    cost = "" if event.get("cost_usd") is None else f", {event['cost_usd']:.4f} USD"
    used = f"{event['steps']} answers, {event['tokens']} tokens{cost}, {event['elapsed_ms'] / 1000:.1f} s"
    reason = "ended" if event["reason"] == "done" else f"ended by {event['reason']}"
    error = f": {event['error']}" if event.get("error") else ""
    return safe(f"{reason} after {used}{error}")


def _block(head: str, text: str) -> Iterator[str]:
    """The first lines of a text below each other, behind a head."""
    shown = safe(text).rstrip("\n").split("\n")
    for number, line in enumerate(shown[: _limits.SHOWN_LINES]):
        cut = line if len(line) <= _limits.SHOWN_COLUMNS else line[: _limits.SHOWN_COLUMNS] + "..."
        yield (head if number == 0 else " " * len(head)) + cut
    if len(shown) > _limits.SHOWN_LINES:
        yield " " * len(head) + f"... {len(shown) - _limits.SHOWN_LINES} more lines"
