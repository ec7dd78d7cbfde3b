# SPDX-License-Identifier: MIT
"""AutoGen's messages and tools in the form that THINK takes, and its answers in AutoGen's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autogen_core import FunctionCall
from autogen_core.models import (
    AssistantMessage,
    CreateResult,
    FinishReasons,
    FunctionExecutionResultMessage,
    LLMMessage,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import Tool, ToolSchema

from agentos import ThinkResult, _dialogue

Json = dict[str, Any]

_FINISH_REASONS: Mapping[str, FinishReasons] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "function_calls",
    "safety": "content_filter",
}


def conversation(messages: Sequence[LLMMessage], name_prefixes: bool = False) -> tuple[str | None, list[Json]]:
    """Split messages into the system's instruction and the turns of the conversation.

    Args:
        messages: the conversation.
        name_prefixes: whether what users say begins with who it is, as "NAME said:".
    """
    instruction = _dialogue.instruction(m.content for m in messages if isinstance(m, SystemMessage))
    return instruction, [turn for message in messages for turn in _turns(message, name_prefixes)]


def _turns(message: LLMMessage, name_prefixes: bool) -> Iterable[Json]:
    if isinstance(message, UserMessage):
        said = [message.content] if isinstance(message.content, str) else message.content
        parts = [_dialogue.text(part) if isinstance(part, str) else _dialogue.image(part.data_uri) for part in said]
        who = [_dialogue.text(f"{message.source} said:")] if name_prefixes else []
        return [_dialogue.user([*who, *parts])]
    if isinstance(message, AssistantMessage):
        if isinstance(message.content, str):
            return [_dialogue.assistant(message.content)]
        return [_dialogue.assistant(message.thought or "", map(_call, message.content))]
    if isinstance(message, FunctionExecutionResultMessage):
        return [_dialogue.tool_result(result.call_id, [_dialogue.text(result.content)]) for result in message.content]
    return []


def _call(call: FunctionCall) -> tuple[str, str, Mapping[str, Any]]:
    try:
        arguments = json.loads(call.arguments)
    except ValueError:
        arguments = None
    # What another model made of it; the tool's result, which follows, says that it was wrong.
    return call.id, call.name, arguments if isinstance(arguments, dict) else {"arguments": call.arguments}


def definition(tool: Tool | ToolSchema) -> Json:
    """A tool in the form that THINK takes."""
    schema = tool.schema if isinstance(tool, Tool) else tool
    return _dialogue.tool(schema["name"], schema.get("description"), schema.get("parameters"))


def result(answer: ThinkResult) -> CreateResult:
    """An answer as AutoGen takes it: text beside calls of tools is a thought."""
    calls = [
        FunctionCall(id=call["id"], name=call["name"], arguments=json.dumps(call["arguments"], ensure_ascii=False))
        for call in answer.tool_calls or ()
    ]
    return CreateResult(
        finish_reason="function_calls" if calls else _FINISH_REASONS.get(answer.finish_reason, "unknown"),
        content=calls or answer.content,
        thought=answer.content or None if calls else None,
        usage=RequestUsage(answer.usage.input, answer.usage.output + answer.usage.thinking),
        cached=False,
    )


def characters(turns: Iterable[Json], tools: Iterable[Json]) -> int:
    """Count what there is for the model to read; images are left out."""
    words = (part.get("text", "") for turn in turns for part in turn["content"])
    calls = [turn.get("tool_calls") for turn in turns]
    return sum(map(len, words)) + len(json.dumps([calls, [*tools]], ensure_ascii=False))
