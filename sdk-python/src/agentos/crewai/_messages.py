# SPDX-License-Identifier: MIT
"""CrewAI's messages and tools in the form that THINK takes, and its answers in CrewAI's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agentos import ThinkResult, _dialogue

Json = dict[str, Any]


def conversation(messages: Sequence[Json]) -> tuple[str | None, list[Json]]:
    """Split messages into the system's instruction and the turns of the conversation.

    Raises:
        ValueError: a message has a role or a part that THINK has no form for.
    """
    instruction = _dialogue.instruction(_words(message) for message in messages if _is_system(message))
    return instruction, [_turn(message) for message in messages if not _is_system(message)]


def _is_system(message: Json) -> bool:
    return message["role"] in ("system", "developer")


def _turn(message: Json) -> Json:
    role = message["role"]
    if role == "user":
        return _dialogue.user(_parts(message))
    if role == "assistant":
        return _dialogue.assistant(_words(message), map(_call, message.get("tool_calls") or ()))
    if role == "tool":
        return _dialogue.tool_result(message["tool_call_id"], _parts(message))
    raise ValueError(f"AgentOSLLM has no form for a message of the role {role!r}")


def _call(call: Json) -> tuple[str, str, Mapping[str, Any]]:
    function = call["function"]
    arguments = function["arguments"]
    return call["id"], function["name"], json.loads(arguments) if isinstance(arguments, str) else arguments


def _words(message: Json) -> str:
    return "\n".join(part["text"] for part in _parts(message)) if message["content"] else ""


def _parts(message: Json) -> list[Json]:
    content = message["content"] or ""
    return [_dialogue.text(content)] if isinstance(content, str) else [_part(block) for block in content]


def _part(block: Json) -> Json:
    if block.get("type") == "text":
        return _dialogue.text(block["text"])
    if block.get("type") == "image_url":
        return _dialogue.image(block["image_url"]["url"])
    raise ValueError(f"AgentOSLLM has no form for a content block of type {block.get('type')!r}: text and images only")


def characters(message: Json) -> int:
    """Count what a message has for the model to read; images are left out."""
    content = message.get("content") or ""
    blocks = [{"text": content}] if isinstance(content, str) else content
    calls = message.get("tool_calls") or ()
    return sum(len(block.get("text") or "") for block in blocks) + len(json.dumps([call["function"] for call in calls]))


def offered(tools: Iterable[Json], schemas: Mapping[str, Mapping[str, Any]]) -> list[Json]:
    """Return the tools as THINK takes them.

    Args:
        tools: as CrewAI offers them. It writes their schemas for a mode of one provider in which everything is required
            and nothing else may be said.
        schemas: the tools' own, by name, where they are known.
    """
    functions = (tool["function"] for tool in tools)
    return [
        _dialogue.tool(f["name"], f.get("description"), schemas.get(f["name"]) or f.get("parameters"))
        for f in functions
    ]


def calls(answer: ThinkResult) -> list[Json]:
    """The calls of tools that the model asks for, as CrewAI takes them."""
    return [
        {
            "id": call["id"],
            "type": "function",
            "function": {"name": call["name"], "arguments": json.dumps(call["arguments"], ensure_ascii=False)},
        }
        for call in answer.tool_calls or ()
    ]


def usage(answer: ThinkResult) -> dict[str, int]:
    """What an answer cost, in CrewAI's terms: what the model thought counts as completion."""
    used = answer.usage
    return {
        "prompt_tokens": used.input,
        "completion_tokens": used.output + used.thinking,
        "total_tokens": used.input + used.output + used.thinking,
        "cached_prompt_tokens": used.cached,
        "reasoning_tokens": used.thinking,
    }
