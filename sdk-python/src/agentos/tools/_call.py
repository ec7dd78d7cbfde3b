# SPDX-License-Identifier: MIT
"""Calling a tool by its name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from agentos import KernelError, NotRunning, TransportError

from ._catalogue import TOOLS
from ._check import ArgumentError, check
from ._text import TEXT_CHARACTERS, shorten
from ._tool import Described, Tool, UnknownTool

if TYPE_CHECKING:
    from agentos import AgentOSClient, AsyncAgentOSClient

Found = TypeVar("Found", bound=Described)

_SHOWN_CHARACTERS = 80
_EXPLANATION_CHARACTERS = 2000


def find(name: str, among: Mapping[str, Found] = TOOLS) -> Found:  # type: ignore[assignment]
    """Return the tool of a name.

    Args:
        name: what the model called it by.
        among: the tools to look in.

    Raises:
        UnknownTool: there is none; the text names the nearest, or all.
    """
    tool = among.get(name)
    if tool is None:
        nearest = get_close_matches(name[:_SHOWN_CHARACTERS], among, 1)
        help_ = f"did you mean {nearest[0]}?" if nearest else f"there are {', '.join(sorted(among))}"
        raise UnknownTool(f"there is no tool {shorten(name, _SHOWN_CHARACTERS)!r}; {help_}")
    return tool


def call(client: AgentOSClient, tool: str | Tool, arguments: Any) -> dict[str, Any]:
    """Perform a tool as the caller that `client` is, and return its result, which fits `tool.result`.

    Args:
        client: a connected client.
        tool: the tool or its name.
        arguments: what the model gave, whatever that is; it is checked.

    Raises:
        UnknownTool: no tool has that name.
        ArgumentError: the arguments do not fit; nothing was called.
        AgentOSError: the call failed: a KernelError when the kernel refused it.
    """
    tool, keywords = _prepared(tool, arguments)
    return tool.shape(getattr(client, tool.method)(**keywords))


async def call_async(client: AsyncAgentOSClient, tool: str | Tool, arguments: Any) -> dict[str, Any]:
    """Do what `call` does, with the asyncio client."""
    tool, keywords = _prepared(tool, arguments)
    return tool.shape(await getattr(client, tool.method)(**keywords))


def _prepared(tool: str | Tool, arguments: Any) -> tuple[Tool, dict[str, Any]]:
    if isinstance(tool, str):
        tool = find(tool)
    return tool, tool.keywords(check(tool, arguments))


def text(tool: str | Tool, result: Mapping[str, Any], limit: int = TEXT_CHARACTERS) -> str:
    """Say a result to a model.

    Args:
        tool: the tool or its name.
        result: what `call` returned.
        limit: the most characters; of a longer text the head and the tail are kept, see `shorten`.
    """
    tool = find(tool) if isinstance(tool, str) else tool
    return shorten(tool.words(result), limit)


def explain(error: Exception) -> str:
    """Say a failure of `call` to a model: what was wrong and what would be right, in a bounded sentence or two."""
    if isinstance(error, NotRunning):
        text = "NOT_RUNNING: the AgentOS kernel is not running; `agentos daemon` starts it"
    elif isinstance(error, TransportError):
        text = f"CONNECTION_LOST: {error}; whether the call was carried out is not known"
    elif isinstance(error, ArgumentError):
        text = f"INVALID_ARGUMENTS: {error}"
    elif isinstance(error, UnknownTool):
        text = f"UNKNOWN_TOOL: {error}"
    elif isinstance(error, KernelError):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {error}"
    return shorten(text, _EXPLANATION_CHARACTERS)
