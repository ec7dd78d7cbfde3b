# SPDX-License-Identifier: MIT
"""What a tool is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

# JSON Schema, draft 2020-12. Those of this package keep to what `check` understands.
Schema = Mapping[str, Any]


class UnknownTool(LookupError):
    """No tool has that name; the text says which there are."""

    def __str__(self) -> str:
        """The text as it is, where LookupError would quote it."""
        return str(self.args[0])


class Described(Protocol):
    """What can be found and checked: a `Tool`, and anything else that has a name and a schema of its arguments."""

    @property
    def name(self) -> str:
        """What the model calls it by."""

    @property
    def parameters(self) -> Schema:
        """The schema of its arguments."""


@dataclass(frozen=True)
class Hints:
    """What a client may assume of a tool before it asks a person: MCP's annotations.

    Attributes:
        read_only: it changes nothing.
        destructive: it may change or end what is there, rather than only add to it.
        idempotent: the same call again has no further effect.
        open_world: it deals with more than this kernel: the network, a model's provider.
    """

    read_only: bool = False
    destructive: bool = False
    idempotent: bool = False
    open_world: bool = False


def fields_of(result: Any) -> dict[str, Any]:
    """The fields of a client's result; that the call succeeded goes without saying."""
    return {name: value for name, value in result.items() if name != "success"}


def as_json(result: Mapping[str, Any]) -> str:
    """A result as compact JSON, for tools whose results are for reading as they are."""
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Tool:
    """One thing that a model may call.

    Attributes:
        name: what the model calls it by.
        title: a name for people.
        description: what it is for and what to mind, written for the model.
        parameters: the schema of its arguments; an object, no other properties allowed.
        result: the schema of its result; an object, which may have more fields than the schema names.
        hints: what may be assumed of it.
        method: the method of AgentOSClient, and of AsyncAgentOSClient, that performs it.
        keywords: turns checked arguments into that method's keyword arguments.
        shape: turns what the method returned into the result.
        words: says the result to a model; see `agentos.tools.text`.
    """

    name: str
    title: str
    description: str
    parameters: Schema
    result: Schema
    hints: Hints
    method: str
    keywords: Callable[[dict[str, Any]], dict[str, Any]] = field(default=dict, repr=False)
    shape: Callable[[Any], dict[str, Any]] = field(default=fields_of, repr=False)
    words: Callable[[Mapping[str, Any]], str] = field(default=as_json, repr=False)
