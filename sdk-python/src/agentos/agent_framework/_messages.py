# SPDX-License-Identifier: MIT
"""agent-framework's messages in the form that THINK takes, and its answers in the framework's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from agent_framework import Content, FinishReason, Message, UsageDetails

from agentos import ThinkResult, _dialogue

Json = dict[str, Any]

# What is there for the framework and its hosts, not for the model.
_PASSED_OVER = ("text_reasoning", "usage")
_FINISH_REASONS = {"safety": "content_filter"}


def conversation(messages: Sequence[Message], instructions: str | None = None) -> tuple[str | None, list[Json]]:
    """Split messages into the system's instruction and the turns of the conversation.

    Raises:
        ValueError: a message has a role or a content that THINK has no form for.
    """
    system = (message.text for message in messages if message.role in ("system", "developer"))
    turns = (turn for message in messages for turn in _turns(message))
    return _dialogue.instruction([instructions, *system]), [*turns]


def _turns(message: Message) -> Iterable[Json]:
    contents = [content for content in message.contents if content.type not in _PASSED_OVER]
    if message.role in ("system", "developer"):
        return []
    if message.role == "user":
        return [_dialogue.user([_part(content) for content in contents])]
    if message.role == "assistant":
        calls = [content for content in contents if content.type == "function_call"]
        words = [_part(content)["text"] for content in contents if content.type != "function_call"]
        return [_dialogue.assistant("".join(words), map(_call, calls))]
    if message.role == "tool":
        return [_result(content) for content in contents]
    raise ValueError(f"AgentOSChatClient has no form for a message of the role {message.role!r}")


def _call(content: Content) -> tuple[str, str, Mapping[str, Any]]:
    return content.call_id or "", content.name or "", content.parse_arguments() or {}


def _result(content: Content) -> Json:
    if content.type != "function_result":
        raise ValueError(f"AgentOSChatClient has no form for {content.type!r} in a tool's message")
    return _dialogue.tool_result(content.call_id or "", [_part(item) for item in content.items or ()])


def _part(content: Content) -> Json:
    if content.type == "text":
        return _dialogue.text(content.text or "")
    if content.type == "error":
        return _dialogue.text(content.message or "")
    if content.type in ("data", "uri") and (content.media_type or "").startswith("image/"):
        return _dialogue.image(content.uri or "")
    raise ValueError(f"AgentOSChatClient has no form for a content of the type {content.type!r}: text and images only")


def calls(answer: ThinkResult) -> list[Content]:
    """The calls of tools that the model asks for."""
    return [
        Content.from_function_call(call["id"], call["name"], arguments=call["arguments"])
        for call in answer.tool_calls or ()
    ]


def usage(answer: ThinkResult) -> UsageDetails:
    """What an answer cost, in the framework's terms: what the model thought counts as output."""
    used = answer.usage
    return UsageDetails(
        input_token_count=used.input,
        output_token_count=used.output + used.thinking,
        total_token_count=used.input + used.output + used.thinking,
        cache_read_input_token_count=used.cached,
        reasoning_output_token_count=used.thinking,
    )


def finish_reason(answer: ThinkResult) -> FinishReason:
    """Why the answer ended."""
    return FinishReason(
        "tool_calls" if answer.tool_calls else _FINISH_REASONS.get(answer.finish_reason, answer.finish_reason)
    )


def metadata(answer: ThinkResult) -> Json:
    """What else is known of an answer."""
    return {"provider": answer.provider, "queue_ms": answer.queue_ms, "latency_ms": answer.latency_ms}
