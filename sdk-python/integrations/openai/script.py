# SPDX-License-Identifier: MIT
"""What the offline model says in these tests."""

from __future__ import annotations

from typing import Any

_HAIKU = "An old silent pond. A frog jumps in. Splash, silence again."
_USED = {"input": 20, "output": 30, "thinking": 5, "cached": 10}

SCRIPT: dict[str, Any] = {
    "rules": [
        {"tool_result": "sum is (\\d+)", "content": "It is $1."},
        {"match": "add", "tool_calls": [{"name": "add", "arguments": {"a": 1, "b": 2}}]},
        {"match": "haiku", "content": _HAIKU, "usage": _USED},
        {"match": "the city", "content": '{"name": "Ghent", "people": 265000}'},
        {"match": "be slow", "content": "late", "delay_ms": 60_000},
        {
            "match": "busy",
            "error": {"code": "RESOURCE_EXHAUSTED", "message": "slow down", "retryable": False},
        },
        {"match": "forbidden", "error": {"code": "PERMISSION_DENIED", "message": "no more today"}},
    ],
    "default": {"content": "An answer, a few words long."},
}
