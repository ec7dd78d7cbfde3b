# SPDX-License-Identifier: MIT
"""The options that several overloads of one method share; read by type checkers only, never loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict


class ThinkOptions(TypedDict, total=False):
    """What `think` and `think_stream` take; see `think`."""

    messages: Sequence[Mapping[str, Any]] | None
    image: bytes | Mapping[str, str] | None
    image_mime_type: str
    images: Sequence[Mapping[str, str]] | None
    system_instruction: str | None
    model: str | None
    temperature: float | None
    top_p: float | None
    presence_penalty: float | None
    frequency_penalty: float | None
    seed: int | None
    max_tokens: int | None
    stop: Sequence[str] | None
    thinking_level: Literal["low", "medium", "high"] | None
    tools: Sequence[Mapping[str, Any]] | None
    tool_choice: Literal["auto", "none", "required"] | Mapping[str, str] | None
    response_schema: Mapping[str, Any] | None
    priority: int | None
    timeout: float | None


class ExecOptions(TypedDict, total=False):
    """What `exec` and `exec_stream` take by keyword; see `exec`."""

    env: Mapping[str, str] | None
    stdin: str | None
    limits: Mapping[str, Any] | None
    check: bool
