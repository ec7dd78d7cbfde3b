# SPDX-License-Identifier: MIT
"""What the offline model says to the questions of LangChain's standard tests, and of ours."""

from __future__ import annotations

from typing import Any

JOKE = '{"setup": "Why did the cat sit on the keyboard?", "punchline": "To keep an eye on the mouse."}'


def _calls(match: str, name: str, **arguments: Any) -> dict[str, Any]:
    return {"match": match, "tool_calls": [{"name": name, "arguments": arguments}]}


SCRIPT: dict[str, Any] = {
    "rules": [
        {"tool_result": "sunny", "content": "It is sunny in San Francisco."},
        {"tool_result": "INVALID_ARGUMENTS", "content": "I was told: it is wrong."},
        {"tool_result": "(forty-two)", "content": "The file says $1."},
        {"tool_result": ".", "content": "I see."},
        _calls("magic_function\\(3\\)", "magic_function", input=3),
        _calls("magic_function_no_args", "magic_function_no_args"),
        _calls("Pirate greeting", "greeting_generator", answer_style="pirate"),
        _calls("weather in San Francisco", "get_weather", location="San Francisco, CA"),
        _calls("你好啊集团", "unicode_customer", customer_name="你好啊集团", description="a company"),
        _calls("こんにちは株式会社", "unicode_customer", customer_name="こんにちは株式会社", description="a company"),
        _calls("^Hello!$", "magic_function", input=1),
        _calls("What does the file (.+) say", "read_file", path="/etc/agentos-test"),
        {"match": "joke about cats", "content": JOKE},
        {"match": "^hi$", "content": "how are you today"},
        {
            "match": "haikus",
            "content": "An old silent pond. A frog jumps in. Splash, silence again.",
            "usage": {"input": 20, "output": 30, "thinking": 5, "cached": 10},
        },
        {"match": "be slow", "content": "late", "delay_ms": 60_000},
    ],
    "default": {"content": "An answer, a few words long."},
}
