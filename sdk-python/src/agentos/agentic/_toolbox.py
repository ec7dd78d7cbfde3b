# SPDX-License-Identifier: MIT
"""The tools that a run offers, and what became of each call."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from agentos import KernelError, PermissionDenied, QuotaExceeded, TransportError, tools

from ._functions import FunctionTool
from ._prompts import DONE_ANSWER_WORDS, DONE_NAME, DONE_SUCCESS_WORDS, DONE_WORDS

if TYPE_CHECKING:
    from agentos import AgentOSClient

# What a person says for several tools that belong together; each tool's own name works too.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "exec": ("execute",),
    "read": ("read_file",),
    "write": ("write_file",),
    "http": ("http_request",),
    "message": ("send_message", "receive_messages"),
    "spawn": ("spawn_agent", "wait_for_agent", "read_logs", "list_agents", "kill_agent"),
}

# The permission without which the tools of a group would only ever be refused.
_RIGHTS: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "exec": lambda may: may["can_exec"],
    "read": lambda may: may["can_read"],
    "write": lambda may: may["can_write"],
    "http": lambda may: may["can_http"] and may["network"],
    "message": lambda _: True,
    "spawn": lambda may: may["can_spawn"],
}

DONE = FunctionTool(
    DONE_NAME,
    DONE_WORDS,
    {
        "type": "object",
        "properties": {
            "answer": {"type": "string", "description": DONE_ANSWER_WORDS},
            "success": {"type": "boolean", "description": DONE_SUCCESS_WORDS, "default": True},
        },
        "required": ["answer"],
        "additionalProperties": False,
    },
    lambda answer, success=True: answer,  # noqa: ARG005 - the loop itself ends the run
)

# Arguments by which a call waits; none waits past the end of the run.
_WAITS = {"timeout": 30.0, "wait": 0.0}
_LEAST_SECONDS = 0.1
_ANY = {"type": "object"}


@dataclass(frozen=True)
class Answer:
    """What became of a call.

    Attributes:
        decision: "allowed" (it was made), "denied" (the permissions or a quota forbid it), "invalid" (there is no such
            tool, or the arguments do not fit it: nothing was called) or "unknown" (the kernel was lost meanwhile).
        text: what the model is told.
        code: of the failure, if it failed: the protocol's, or UNKNOWN_TOOL, INVALID_ARGUMENTS, TOOL_FAILED,
            CONNECTION_LOST.
    """

    decision: str
    text: str
    code: str | None = None


def choose(names: Iterable[str | FunctionTool] | None, may: Mapping[str, Any]) -> dict[str, tools.Tool | FunctionTool]:
    """Return the tools of a run, by name, `done` among them.

    Args:
        names: tools' names, names of GROUPS, and functions; None for every group that the permissions are of use for.
        may: the permissions of the caller that the run has.

    Raises:
        ValueError: a name is not known, or two tools have one name.
    """
    if names is None:
        names = permitted(may)
    chosen: dict[str, tools.Tool | FunctionTool] = {}
    for tool in [*_each(names), DONE]:
        if chosen.setdefault(tool.name, tool) is not tool:
            raise ValueError(f"two tools have the name {tool.name}")
    return chosen


def permitted(may: Mapping[str, Any]) -> list[str]:
    """Return the names of GROUPS that the permissions are of use for."""
    return [group for group, right in _RIGHTS.items() if right(may)]


def _each(names: Iterable[str | FunctionTool]) -> Iterable[tools.Tool | FunctionTool]:
    for name in names:
        if isinstance(name, FunctionTool):
            yield name
            continue
        for single in GROUPS.get(name, (name,)):
            if single not in tools.TOOLS:
                known = ", ".join([*GROUPS, *tools.TOOLS])
                raise ValueError(f"there is no tool {name}; there are {known}, and functions with @tool")
            yield tools.TOOLS[single]


class Toolbox:
    """Performs calls with the identity of a client."""

    def __init__(self, client: AgentOSClient, chosen: Mapping[str, tools.Tool | FunctionTool]) -> None:
        """Offer these tools."""
        self._client = client
        self._tools = chosen

    def described(self) -> list[dict[str, Any]]:
        """The tools as THINK takes them."""
        return [
            {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
            for tool in self._tools.values()
        ]

    def perform(self, name: str, arguments: Any, seconds: float) -> Answer:
        """Make a call, and let it wait for no longer than so many seconds."""
        try:
            tool = tools.find(name, self._tools)
            checked = tools.check(_judged(tool), arguments)
        except tools.UnknownTool as error:
            return Answer("invalid", tools.explain(error), "UNKNOWN_TOOL")
        except tools.ArgumentError as error:
            return Answer("invalid", tools.explain(error), "INVALID_ARGUMENTS")
        try:
            return Answer("allowed", self._made(tool, checked, seconds))
        except (PermissionDenied, QuotaExceeded) as error:
            return Answer("denied", tools.explain(error), error.code)
        except KernelError as error:
            return Answer("allowed", tools.explain(error), error.code)
        except TransportError as error:
            return Answer("unknown", tools.explain(error), "CONNECTION_LOST")
        except Exception as error:
            if isinstance(tool, FunctionTool):
                return Answer("allowed", tools.explain(error), "TOOL_FAILED")
            raise

    def _made(self, tool: tools.Tool | FunctionTool, arguments: dict[str, Any], seconds: float) -> str:
        """Make the call, and return what the model is told of its result."""
        if isinstance(tool, tools.Tool):
            return tools.text(tool, tools.call(self._client, tool, _hurried(tool, arguments, seconds)))
        result = tool.function(**arguments)
        text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False, default=str)
        return tools.shorten(text, tools.TEXT_CHARACTERS)


def _judged(tool: tools.Tool | FunctionTool) -> tools.Tool | FunctionTool:
    """The tool with the schema that its arguments are checked against here."""
    return replace(tool, parameters=_ANY) if isinstance(tool, FunctionTool) and tool.foreign else tool


def _hurried(tool: tools.Tool, arguments: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The arguments, with waits that end with the run."""
    waits = {
        name: min(arguments.get(name, tool.parameters["properties"][name].get("default", longest)), seconds)
        for name, longest in _WAITS.items()
        if name in tool.parameters["properties"]
    }
    return {**arguments, **{name: max(_LEAST_SECONDS, wait) if wait else wait for name, wait in waits.items()}}
