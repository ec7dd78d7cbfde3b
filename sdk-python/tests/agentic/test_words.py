# SPDX-License-Identifier: MIT
"""What the terminal shows of a transcript."""

from __future__ import annotations

from typing import Any

import pytest

from agentos.agentic._words import lines, safe

AGENT = {"id": 7, "role": "agent", "level": "sandboxed"}
RESULT = {"type": "result", "tool": "execute", "decision": "allowed", "text": ""}

SHOWN: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"type": "start", "task": "two\nlines", "agent": AGENT, "model": None},
        ["agent 7, level sandboxed, model by default", "task: two", "      lines"],
    ),
    ({"type": "resume", "agent": AGENT, "model": "m"}, ["agent 7, level sandboxed, model m", "resumed"]),
    ({"type": "model", "step": 3, "content": "Hm."}, ["3: Hm."]),
    ({"type": "model", "step": 3, "content": ""}, []),
    (
        {"type": "model_error", "code": "UNAVAILABLE", "error": "gone", "pause_ms": 1500},
        ["UNAVAILABLE: gone; asking again in 1.5 s"],
    ),
    ({"type": "call", "tool": "execute", "arguments": {"command": "ls\nid"}}, ["> execute ls", "  id"]),
    (
        {"type": "call", "tool": "read_file", "arguments": {"path": "/a", "limit": 5}},
        ['> read_file /a {"limit": 5}'],
    ),
    ({"type": "call", "tool": "list_agents", "arguments": {}}, ["> list_agents"]),
    ({"type": "call", "tool": "odd", "arguments": [1]}, ["> odd [1]"]),
    ({"type": "call", "tool": "done", "arguments": {"answer": "x"}}, []),
    ({**RESULT, "text": "a\nb\n"}, ["  a", "  b"]),
    ({**RESULT, "text": "no", "decision": "denied"}, ["  denied: no"]),
    (
        {**RESULT, "text": "\n".join("abcdefghijklmn")},
        [*(f"  {letter}" for letter in "abcdefghijkl"), "  ... 2 more lines"],
    ),
    ({**RESULT, "text": "x" * 200}, ["  " + "x" * 160 + "..."]),
    (
        {"type": "end", "reason": "done", "steps": 2, "tokens": 90, "cost_usd": None, "elapsed_ms": 1234},
        ["ended after 2 answers, 90 tokens, 1.2 s"],
    ),
    (
        {
            "type": "end",
            "reason": "cost",
            "error": "too\x1b dear",
            "steps": 2,
            "tokens": 90,
            "cost_usd": 0.5,
            "elapsed_ms": 99,
        },
        ["ended by cost after 2 answers, 90 tokens, 0.5000 USD, 0.1 s: too\u241b dear"],
    ),
    ({"type": "note", "text": "go on"}, []),
    ({"type": "weather"}, []),
]


@pytest.mark.parametrize(("event", "shown"), SHOWN)
def test_events(event: dict[str, Any], shown: list[str]) -> None:
    assert list(lines(event)) == shown


def test_nothing_that_a_terminal_acts_upon_is_shown() -> None:
    everything = "".join(map(chr, range(0x100)))

    assert {character for character in safe(everything) if ord(character) < 32 or 127 <= ord(character) < 160} == set(
        "\n\t"
    )
