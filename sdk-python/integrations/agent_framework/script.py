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
        {"tool_result": "not found", "content": "There is no such tool."},
        _calls("What does the file (.+) say", "read_file", path="/etc/agentos-test"),
        _calls("wrong arguments", "read_file", file="/etc/agentos-test"),
        _calls("unknown tool", "delete_everything"),
        {
            "match": "think aloud",
            "content": "I look.",
            "tool_calls": [{"name": "read_file", "arguments": {"path": "/etc/agentos-test"}}],
        },
        {"match": "the city", "content": '{"name": "Ghent", "people": 265000}'},
        {
            "match": "haikus",
            "content": "An old silent pond. A frog jumps in. Splash, silence again.",
            "usage": {"input": 20, "output": 30, "thinking": 5, "cached": 10},
        },
        {"match": "be slow", "content": "late", "delay_ms": 60_000},
        {"match": "refuse", "error": {"code": "PERMISSION_DENIED", "message": "no more today"}},
    ],
    "default": {"content": "An answer, a few words long."},
}
