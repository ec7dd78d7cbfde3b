# SPDX-License-Identifier: MIT
"""How a long conversation is made to fit a request."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agentos.agentic import _limits
from agentos.agentic._model import TooLong, fit


def conversation(results: int, size: int) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": "user", "content": "the task " + "t" * 1000}]
    for number in range(results):
        arguments = {"path": f"/workspace/{number}", "content": "a" * size}
        call = {"id": f"call-{number}", "name": "write_file", "arguments": arguments}
        messages.append({"role": "assistant", "content": [], "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"call-{number}", "content": "r" * size})
    return messages


def size_of(messages: list[dict[str, Any]]) -> int:
    return sum(len(json.dumps(message)) for message in messages)


def test_what_fits_is_not_touched() -> None:
    messages = conversation(3, 100)

    assert fit(messages, size_of(messages)) == messages


def test_the_oldest_is_shortened_first_and_the_task_and_the_last_are_kept() -> None:
    messages = conversation(20, 2000)
    before = json.dumps(messages)

    fitted = fit(messages, size_of(messages) - 3000)

    assert size_of(fitted) <= size_of(messages) - 3000
    assert json.dumps(messages) == before
    assert fitted[0] == messages[0]
    changed = [index for index, message in enumerate(fitted) if message != messages[index]]
    assert changed == [1, 2]
    assert fitted[1]["tool_calls"][0]["id"] == "call-0"
    assert fitted[1]["tool_calls"][0]["arguments"]["path"] == "/workspace/0"
    assert "characters left out here" in fitted[1]["tool_calls"][0]["arguments"]["content"]
    assert "characters left out here" in fitted[2]["content"]
    assert fitted[-_limits.CONVERSATION_LAST :] == messages[-_limits.CONVERSATION_LAST :]


def test_what_cannot_fit_is_said() -> None:
    with pytest.raises(TooLong, match="41 messages"):
        fit(conversation(20, 2000), 5000)
    with pytest.raises(TooLong, match="1001 messages"):
        fit(conversation(500, 1), 10 << 20)
