# SPDX-License-Identifier: MIT
"""Pieces of JSON schemas, and the bounds that the kernel has for what they describe."""

from __future__ import annotations

from typing import Any

# What the kernel takes as one request, at the most that it can be configured to.
PAYLOAD_CHARACTERS = 64 << 20
PATH_CHARACTERS = 4096
# What Linux takes as one argument of a program.
COMMAND_CHARACTERS = (128 << 10) - 1
NAME_CHARACTERS = 64
WORDS = 1024
VARIABLES = 256
HEADERS = 100
READ_BYTES = 512 << 10
MESSAGES = 1000
LOG_LINES = 10_000
EXEC_SECONDS = 3600
HTTP_SECONDS = 300
WAIT_SECONDS = 3600
THINK_SECONDS = 1800
TOKENS = 1_000_000


def text(description: str, longest: int = PAYLOAD_CHARACTERS, **more: Any) -> dict[str, Any]:
    """A string."""
    return {"type": "string", "description": description, "maxLength": longest, **more}


def choice(description: str, *choices: str, **more: Any) -> dict[str, Any]:
    """One of some strings."""
    return {"type": "string", "description": description, "enum": [*choices], **more}


def whole(description: str, least: int, most: int, **more: Any) -> dict[str, Any]:
    """A whole number within bounds."""
    return {"type": "integer", "description": description, "minimum": least, "maximum": most, **more}


def seconds(description: str, most: float, default: float) -> dict[str, Any]:
    """A time that is above nothing."""
    return {
        "type": "number",
        "description": description,
        "exclusiveMinimum": 0,
        "maximum": most,
        "default": default,
    }


def words(description: str, least: int = 0) -> dict[str, Any]:
    """A list of strings."""
    return {
        "type": "array",
        "description": description,
        "items": {"type": "string", "maxLength": COMMAND_CHARACTERS},
        "minItems": least,
        "maxItems": WORDS,
    }


def texts_by_name(description: str) -> dict[str, Any]:
    """An object with any fields, all strings."""
    return {
        "type": "object",
        "description": description,
        "additionalProperties": {"type": "string", "maxLength": PAYLOAD_CHARACTERS},
    }


def parameters(required: str = "", **properties: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a tool; `required` are names, separated by spaces."""
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def result(optional: str = "", **properties: dict[str, Any] | str) -> dict[str, Any]:
    """The result of a tool: each field a schema or a description of the form "type: words"."""
    described = {name: _described(value) if isinstance(value, str) else value for name, value in properties.items()}
    left_out = optional.split()
    return {
        "type": "object",
        "properties": described,
        "required": [name for name in described if name not in left_out],
    }


def _described(value: str) -> dict[str, Any]:
    kind, _, description = value.partition(": ")
    return {"type": kind, "description": description} if description else {"type": kind}
