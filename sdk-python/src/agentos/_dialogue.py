# SPDX-License-Identifier: MIT
"""Conversations in the form that THINK takes: what the adapters of the agent frameworks share.

Loaded by them only. Functions return the JSON of messages and of their parts; see docs/contract/llm-service.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

# THINK has no switch that makes a model call a tool: it can only be told to.
CALL_A_TOOL = "Answer with a call of one of the given functions, never with text alone."
# Nor one for JSON of no particular schema.
ANSWER_IN_JSON = "Answer with one JSON value and nothing else: no explanation, no code fence."

# In place of no words at all, with which no model can be asked.
_NOTHING = "(empty)"
_TEXT_CHARACTERS_A_TOKEN = 4


def instruction(texts: Iterable[str | None]) -> str | None:
    """Join what the system has to say."""
    return "\n\n".join(filter(None, texts)) or None


def text(words: str) -> Json:
    """Make a part of a message: text."""
    return {"type": "text", "text": words or _NOTHING}


def image(url: str) -> Json:
    """Make a part of a user's message: an image.

    Raises:
        ValueError: it is no data: URL; the kernel fetches nothing for a model.
    """
    head, comma, data = url.partition(",")
    if not comma or not head.startswith("data:") or not head.endswith(";base64"):
        raise ValueError("an image must be given as data: URL, base64; the kernel fetches none for a model")
    return {"type": "image", "mime_type": head[len("data:") : -len(";base64")], "data": data}


def user(parts: Sequence[Json]) -> Json:
    """Make a user's message."""
    return {"role": "user", "content": [*parts] or [text("")]}


def assistant(words: str, calls: Iterable[tuple[str, str, Mapping[str, Any]]] = ()) -> Json:
    """Make an answer of the model; a call is its id, the tool's name and the arguments."""
    made = [{"id": id_, "name": name, "arguments": dict(arguments)} for id_, name, arguments in calls]
    if not made:
        return {"role": "assistant", "content": [text(words)]}
    return {"role": "assistant", "content": [text(words)] if words else [], "tool_calls": made}


def tool_result(call_id: str, parts: Sequence[Json]) -> Json:
    """Make the message that answers a call."""
    return {"role": "tool", "tool_call_id": call_id, "content": [*parts] or [text("")]}


def tool(name: str, description: str | None, parameters: Mapping[str, Any] | None) -> Json:
    """Make the definition of a tool that is offered to the model."""
    schema = parameters or {"type": "object", "properties": {}}
    return {"name": name, "description": description or "", "parameters": dict(schema)}


def before(answer: str, stops: Iterable[str]) -> str:
    """Cut an answer off at the first of some texts: THINK has no field for them."""
    ends = [at for stop in stops if (at := answer.find(stop)) >= 0]
    return answer[: min(ends)] if ends else answer


def tokens_at_most(characters: int) -> int:
    """Estimate how many tokens a text has; only its model's provider can count them."""
    return -(-characters // _TEXT_CHARACTERS_A_TOKEN)
