# SPDX-License-Identifier: MIT
"""What the offline model says in these tests."""

from __future__ import annotations

from typing import Any


def _calls(match: str, name: str, **arguments: Any) -> dict[str, Any]:
    return {"match": match, "tool_calls": [{"name": name, "arguments": arguments}]}


SCRIPT: dict[str, Any] = {
    "rules": [
        {"tool_result": "(forty-\\w+)", "content": "The file says $1."},
        {"tool_result": "INVALID_ARGUMENTS", "content": "I was told: it is wrong."},
        {"tool_result": "Tool not found", "content": "There is no such tool."},
        {"tool_result": "outside this agent's write paths", "content": "I may not write there."},
        {"tool_result": "exit code 0", "content": "It ran."},
        _calls("What does the file (.+) say", "read_file", path="/etc/agentos-test"),
        _calls("wrong arguments", "read_file", file="/etc/agentos-test"),
        _calls("unknown tool", "delete_everything"),
        {"match": "the city", "content": '{"name": "Ghent", "people": 265000}'},
        {"match": "no JSON", "content": "Sorry."},
        {
            "match": "haikus",
            "content": "An old silent pond. A frog jumps in. Splash, silence again.",
            "usage": {"input": 20, "output": 30, "thinking": 5, "cached": 10},
        },
        {"match": "report", "content": "A report of one line."},
        {"match": "be slow", "content": "late", "delay_ms": 60_000},
        {"match": "rate", "error": {"code": "PERMISSION_DENIED", "message": "no more today"}},
    ],
    "default": {"content": "An answer, a few words long."},
}
