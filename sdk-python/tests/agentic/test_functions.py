# SPDX-License-Identifier: MIT
"""Functions as tools: what `@tool` makes of type hints and docstrings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal, Optional, Union

import pytest

from agentos import tools
from agentos.agentic import FunctionTool, tool


@tool
def find_customer(  # noqa: PLR0913, D417 - one of each kind, some without words
    name: str,
    limit: int = 10,
    *,
    where: Annotated[Literal["north", "south"], "the region"] = "north",
    rate: float | None = None,
    tags: list[str] | None = None,
    more: dict[str, int] | None = None,
    exact: bool = False,
) -> list[str]:
    """Find customers by a part of their name.

    The newest come first.

    Args:
        name: the part to look for: it may stand
            anywhere.
        limit (int): at most so many.
        exact: no parts.

    Returns:
        exact: this is no argument.
    """
    return [f"{name} {limit} {where} {rate} {tags} {more} {exact}"]


def test_the_schema_is_what_hints_and_docstring_say() -> None:
    assert find_customer.name == "find_customer"
    assert find_customer.description == "Find customers by a part of their name.\n\nThe newest come first."
    assert find_customer.parameters == {
        "type": "object",
        "properties": {
            "name": {"type": "string", "description": "the part to look for: it may stand anywhere."},
            "limit": {"type": "integer", "description": "at most so many.", "default": 10},
            "where": {"enum": ["north", "south"], "description": "the region", "default": "north"},
            "rate": {"anyOf": [{"type": "number"}, {"type": "null"}], "default": None},
            "tags": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}], "default": None},
            "more": {
                "anyOf": [{"type": "object", "additionalProperties": {"type": "integer"}}, {"type": "null"}],
                "default": None,
            },
            "exact": {"type": "boolean", "description": "no parts.", "default": False},
        },
        "required": ["name"],
        "additionalProperties": False,
    }


def test_a_tool_is_still_a_function() -> None:
    assert isinstance(find_customer, FunctionTool)
    assert find_customer("x", 3, exact=True) == ["x 3 north None None None True"]


def test_its_arguments_are_checked_as_those_of_any_tool() -> None:
    assert tools.check(find_customer, {"name": "x", "rate": None}) == {"name": "x", "rate": None}
    with pytest.raises(tools.ArgumentError, match=r"find_customer: tags\[1\] must be a string, was 5"):
        tools.check(find_customer, {"name": "x", "tags": ["a", 5]})
    with pytest.raises(tools.ArgumentError, match="where must be one of"):
        tools.check(find_customer, {"name": "x", "where": "west"})


@pytest.mark.parametrize(
    ("hint", "schema"),
    [
        (str, {"type": "string"}),
        (Any, {}),
        (list, {"type": "array"}),
        (list[int], {"type": "array", "items": {"type": "integer"}}),
        (dict, {"type": "object"}),
        (dict[str, Any], {"type": "object", "additionalProperties": {}}),
        (Optional[str], {"anyOf": [{"type": "string"}, {"type": "null"}]}),  # noqa: UP045 - what it takes
        (Union[int, str], {"anyOf": [{"type": "integer"}, {"type": "string"}]}),  # noqa: UP007 - what it takes
        (Literal[1, 2], {"enum": [1, 2]}),
    ],
)
def test_types(hint: Any, schema: dict[str, Any]) -> None:
    def function(value: Any) -> None:
        """Do nothing."""

    function.__annotations__ = {"value": hint}

    assert tool(function).parameters["properties"]["value"] == schema


def test_a_default_that_json_cannot_say_is_left_out() -> None:
    marker = object()

    @tool
    def function(value: Any = marker) -> None:
        """Do nothing."""

    assert function.parameters["properties"] == {"value": {}}
    assert function.parameters["required"] == []


def no_docstring(value: str) -> None: ...


def no_hint(value) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Do nothing."""


def no_json(value: bytes) -> None:
    """Do nothing."""


def no_text_as_key(value: dict[int, str]) -> None:
    """Do nothing."""


def no_names(*values: str) -> None:
    """Do nothing."""


def no_keyword(value: str, /) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        (no_docstring, "the tool no_docstring needs a docstring"),
        (no_hint, "the parameter value of the tool no_hint needs a type hint"),
        (no_json, "is of type <class 'bytes'>, which JSON has no counterpart for"),
        (no_text_as_key, "which JSON has no counterpart for"),
        (no_names, "cannot be given by its name"),
        (no_keyword, "cannot be given by its name"),
    ],
)
def test_what_cannot_be_a_tool_is_refused(function: Callable[..., Any], problem: str) -> None:
    with pytest.raises(TypeError, match=problem):
        tool(function)
