# SPDX-License-Identifier: MIT
"""LangChain's messages in the form that THINK takes, and its answers as messages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.messages.ai import InputTokenDetails, OutputTokenDetails, UsageMetadata
from langchain_core.messages.tool import tool_call, tool_call_chunk

from agentos import ThinkResult, _dialogue

Json = dict[str, Any]


def conversation(messages: Sequence[BaseMessage]) -> tuple[str | None, list[Json]]:
    """Split messages into the system's instruction and the turns of the conversation.

    Raises:
        ValueError: a message has a part that THINK has no form for.
    """
    instruction = _dialogue.instruction(_text_of(message) for message in messages if _is_system(message))
    return instruction, [_turn(message) for message in messages if not _is_system(message)]


def _is_system(message: BaseMessage) -> bool:
    return isinstance(message, SystemMessage) or (
        isinstance(message, ChatMessage) and message.role in ("system", "developer")
    )


def _turn(message: BaseMessage) -> Json:
    if isinstance(message, AIMessage):
        calls = [(call["id"] or "", call["name"], call["args"]) for call in message.tool_calls]
        return _dialogue.assistant(_text_of(message), calls)
    if isinstance(message, ToolMessage):
        return _dialogue.tool_result(message.tool_call_id, _parts(message))
    if isinstance(message, HumanMessage) or (isinstance(message, ChatMessage) and message.role == "user"):
        return _dialogue.user(_parts(message))
    raise ValueError(f"ChatAgentOS has no form for a message of type {message.type!r}")


def _text_of(message: BaseMessage) -> str:
    return str(message.text)


def _parts(message: BaseMessage) -> list[Json]:
    blocks = [message.content] if isinstance(message.content, str) else message.content
    return [_part(block) for block in blocks]


def _part(block: str | Json) -> Json:
    if isinstance(block, str):
        return _dialogue.text(block)
    if block.get("type") == "text":
        return _dialogue.text(block["text"])
    if block.get("type") == "image_url":
        url = block["image_url"]
        return _dialogue.image(url["url"] if isinstance(url, dict) else url)
    if block.get("type") == "image" and ("base64" in block or block.get("source_type") == "base64"):
        return {"type": "image", "mime_type": block["mime_type"], "data": block.get("base64") or block["data"]}
    if block.get("type") == "image" and "url" in block:
        return _dialogue.image(block["url"])
    if block.get("type") == "tool_result":  # how one provider writes what is a tool's message to all others
        return _dialogue.text(json.dumps(block.get("content"), ensure_ascii=False))
    raise ValueError(f"ChatAgentOS has no form for a content block of type {block.get('type')!r}: text and images only")


def usage(answer: ThinkResult) -> UsageMetadata:
    """What an answer cost, in LangChain's terms: what the model thought counts as output."""
    output = answer.usage.output + answer.usage.thinking
    return UsageMetadata(
        input_tokens=answer.usage.input,
        output_tokens=output,
        total_tokens=answer.usage.input + output,
        input_token_details=InputTokenDetails(cache_read=answer.usage.cached),
        output_token_details=OutputTokenDetails(reasoning=answer.usage.thinking),
    )


def metadata(answer: ThinkResult) -> Json:
    """What else is known of an answer."""
    return {
        "model_name": answer.model,
        "model_provider": answer.provider,
        "finish_reason": answer.finish_reason,
        "queue_ms": answer.queue_ms,
        "latency_ms": answer.latency_ms,
    }


def message(answer: ThinkResult, content: str) -> AIMessage:
    """Make the message of a whole answer."""
    calls = [tool_call(name=c["name"], args=c["arguments"], id=c["id"]) for c in answer.get("tool_calls") or ()]
    return AIMessage(content, tool_calls=calls, usage_metadata=usage(answer), response_metadata=metadata(answer))


def last_chunk(answer: ThinkResult, content: str) -> AIMessageChunk:
    """Make the chunk that ends a streamed answer; `content` is what was not streamed of it."""
    chunks = [
        tool_call_chunk(name=c["name"], args=json.dumps(c["arguments"]), id=c["id"], index=index)
        for index, c in enumerate(answer.get("tool_calls") or ())
    ]
    return AIMessageChunk(
        content=content,
        tool_call_chunks=chunks,
        usage_metadata=usage(answer),
        response_metadata=metadata(answer),
        chunk_position="last",
    )
