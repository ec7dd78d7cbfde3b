# SPDX-License-Identifier: MIT
"""Arguments that models get wrong, and the sentence that each is told."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentos import tools

NOTE = tools.Tool(
    name="note",
    title="Note",
    description="",
    parameters={
        "type": "object",
        "properties": {
            "text": {"type": "string", "minLength": 1, "maxLength": 5},
            "name": {"type": "string", "pattern": "^[a-z]+$"},
            "kind": {"type": "string", "enum": ["one", "two"]},
            "count": {"type": "integer", "minimum": 1, "maximum": 9},
            "rate": {"type": "number", "exclusiveMinimum": 0},
            "flag": {"type": "boolean"},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2},
            "by_name": {"type": "object", "additionalProperties": {"type": "integer"}},
            "inner": {
                "type": "object",
                "properties": {"deep": {"type": "array", "items": {"type": "integer", "minimum": 0}}},
                "required": ["deep"],
                "additionalProperties": False,
            },
            "either": {"anyOf": [{"type": "string"}, {"type": "object"}]},
            "nothing": {"type": "null"},
            "any": {},
        },
        "required": ["text"],
        "additionalProperties": False,
    },
    result={"type": "object"},
    hints=tools.Hints(),
    method="echo",
)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


WRONG: list[tuple[Any, str, str]] = [
    (5, "", "must be an object, was 5"),
    ([1], "", "must be an object, was a list with 1 entries"),
    ('{"text": "x"}', "", 'must be an object, was "{\\"text\\": \\"x\\"}"'),
    ({}, "text", "is missing; it must be a string"),
    ({"text": None}, "text", "must be a string, was null"),
    ({"text": ""}, "text", "must not be empty"),
    ({"text": "abcdef"}, "text", "must have at most 5 characters, had 6"),
    ({"text": "\ud800"}, "text", "is no Unicode text: half a surrogate pair at character 0"),
    ({"name": "A"}, "name", 'must match ^[a-z]+$, was "A"'),
    ({"kind": "three"}, "kind", 'must be one of "one", "two", was "three"'),
    ({"count": "5"}, "count", 'must be a whole number from 1 to 9, was "5"'),
    ({"count": True}, "count", "must be a whole number from 1 to 9, was true"),
    ({"count": 1.5}, "count", "must be a whole number from 1 to 9, was 1.5"),
    ({"count": 10}, "count", "must be a whole number from 1 to 9, was 10"),
    ({"count": math.nan}, "count", "must be a whole number from 1 to 9, was NaN"),
    ({"rate": 0}, "rate", "must be a number above 0, was 0"),
    ({"rate": math.inf}, "rate", "must be a number above 0, was Infinity"),
    ({"flag": "yes"}, "flag", 'must be true or false, was "yes"'),
    ({"tags": "a"}, "tags", 'must be a list of strings, was "a"'),
    ({"tags": []}, "tags", "must have at least 1 entry"),
    ({"tags": ["a", "b", "c"]}, "tags", "must have at most 2 entries, had 3"),
    ({"tags": ["a", 5]}, "tags[1]", "must be a string, was 5"),
    ({"by_name": {"a": "x"}}, "by_name.a", 'must be a whole number, was "x"'),
    ({"by_name": {"\ud800": 1}}, "by_name", "is no Unicode text: half a surrogate pair at character 0"),
    ({"inner": {}}, "inner.deep", "is missing; it must be a list of integers"),
    ({"inner": {"deep": [0, -1]}}, "inner.deep[1]", "must be a whole number, at least 0, was -1"),
    ({"inner": {"deep": [], "dep": 1}}, "inner.dep", "is unknown; did you mean deep?"),
    ({"either": 5}, "either", "must be a string or an object, was 5"),
    ({"nothing": 1}, "nothing", "must be a null, was 1"),
    ({"any": math.nan}, "any", "must be a finite number, was nan"),
    ({"any": ["\ud800"]}, "any[0]", "is no Unicode text: half a surrogate pair at character 0"),
    ({"txt": "x"}, "txt", "is unknown; did you mean text?"),
    ({"value": "x"}, "value", "is unknown; did you mean text?"),
    ({"text": "x", "nam": "x"}, "nam", "is unknown; did you mean name?"),
    ({"zzz": "x", "text": "x"}, "zzz", "is unknown; known are text, name, kind"),
    ({"any": nested(200)}, "any" + "[0]" * 100, "is nested more than 100 levels deep"),
]


@pytest.mark.parametrize(("arguments", "field", "problem"), WRONG)
def test_what_does_not_fit_is_named_with_what_would(arguments: Any, field: str, problem: str) -> None:
    if isinstance(arguments, dict) and arguments and field not in ("text", "txt", "value"):
        arguments = {"text": "x", **arguments}
    with pytest.raises(tools.ArgumentError) as raised:
        tools.check(NOTE, arguments)

    error = raised.value
    assert error.tool == "note"
    assert error.field == field
    assert error.problem.startswith(problem)
    assert str(error) == f"note: {field or 'the arguments'} {error.problem}"
    assert len(str(error)) < 600


RIGHT: list[dict[str, Any]] = [
    {},
    {"name": "a", "kind": "two", "count": 9, "rate": 0.1, "flag": False, "tags": ["a"]},
    {"by_name": {}, "inner": {"deep": []}, "either": "x", "nothing": None, "any": nested(50)},
    {"by_name": {"any name": 5}, "inner": {"deep": [1]}, "either": {"free": [1, {}]}, "any": None},
]


@pytest.mark.parametrize("arguments", RIGHT)
def test_what_fits_comes_back_as_it_was(arguments: dict[str, Any]) -> None:
    assert tools.check(NOTE, {"text": "x", **arguments}) == {"text": "x", **arguments}


def test_a_whole_number_may_be_written_with_a_point() -> None:
    checked = tools.check(NOTE, {"text": "x", "count": 5.0})

    assert checked["count"] == 5
    assert isinstance(checked["count"], int)


def test_no_arguments_are_the_same_as_an_empty_object() -> None:
    assert tools.check(tools.TOOLS["list_agents"], None) == {}


def test_the_arguments_given_are_not_changed() -> None:
    arguments = {"agent": "7", "timeout": 5}
    wait = tools.TOOLS["wait_for_agent"]
    wait.keywords(tools.check(wait, arguments))

    assert arguments == {"agent": "7", "timeout": 5}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@given(name=st.sampled_from(sorted(tools.TOOLS)), arguments=JSON)
def test_whatever_a_model_says_is_taken_or_refused_in_a_sentence(name: str, arguments: Any) -> None:
    try:
        said = str(tools.check(tools.TOOLS[name], arguments))
    except tools.ArgumentError as error:
        said = str(error)
    assert len(said) < 1000
