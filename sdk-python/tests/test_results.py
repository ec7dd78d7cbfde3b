# SPDX-License-Identifier: MIT
from __future__ import annotations

import copy
import json
import pickle

import pytest

import agentos
from agentos import AgentInfo, CommandFailed, ExecResult, LlmUsage, Message, NotFound, RecvResult, Result, ThinkResult

ANSWER = {"success": True, "content": "4", "tokens": 7, "usage": {"input": 5, "output": 2}, "novelty": [1]}
RESULT_TYPES = [getattr(agentos, name) for name in agentos.__all__ if isinstance(getattr(agentos, name), type)]
RESULT_TYPES = [kind for kind in RESULT_TYPES if issubclass(kind, Result)]


def test_a_field_is_an_attribute_and_a_key() -> None:
    result = ThinkResult(ANSWER)

    assert result.content == result["content"] == result.get("content") == "4"
    assert "content" in result
    assert dict(result) == ANSWER
    assert json.loads(json.dumps(result)) == ANSWER


def test_objects_in_a_result_are_results_too() -> None:
    received = RecvResult({"messages": [{"from": 3, "message": {"a": 1}, "age_ms": 0}], "count": 1})

    assert isinstance(ThinkResult(ANSWER).usage, LlmUsage)
    assert ThinkResult(ANSWER).usage.output == 2
    assert isinstance(received.messages[0], Message)
    assert received.messages[0].sender == 3


def test_a_field_that_the_sdk_does_not_know_is_there_all_the_same() -> None:
    assert ThinkResult(ANSWER)["novelty"] == [1]
    assert getattr(ThinkResult(ANSWER), "novelty") == [1]  # noqa: B009 - unknown to the type checker, on purpose


def test_an_optional_field_is_none_when_the_kernel_left_it_out() -> None:
    assert ThinkResult(ANSWER).tool_calls is None
    assert "tool_calls" not in ThinkResult(ANSWER)


def test_another_missing_field_is_named() -> None:
    with pytest.raises(AttributeError, match="ThinkResult has no field 'model'; its fields are success, content"):
        _ = ThinkResult(ANSWER).model


def test_nested_fields_of_another_type_are_left_alone() -> None:
    assert ThinkResult({"usage": 5})["usage"] == 5
    assert RecvResult({"messages": [1, None]})["messages"] == [1, None]


def test_an_attribute_cannot_be_set_beside_the_field() -> None:
    with pytest.raises(AttributeError):
        ThinkResult(ANSWER).content = "5"


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])  # noqa: S301
def test_results_can_be_copied_and_pickled(clone: object) -> None:
    twin = clone(ThinkResult(ANSWER))  # type: ignore[operator]

    assert twin == ThinkResult(ANSWER)
    assert type(twin) is ThinkResult
    assert type(twin.usage) is LlmUsage


def test_content_is_bytes_in_whichever_encoding_it_came() -> None:
    assert agentos.ReadResult(content="é", encoding="utf-8").data == b"\xc3\xa9"
    assert agentos.ReadResult(content="AP8=", encoding="base64").data == b"\0\xff"
    assert agentos.HttpResult(body="AP8=", encoding="base64").data == b"\0\xff"


def test_repr_shows_type_and_fields() -> None:
    assert repr(AgentInfo(id=3, name="worker")) == "AgentInfo({'id': 3, 'name': 'worker'})"


@pytest.mark.parametrize("kind", RESULT_TYPES)
def test_no_result_has_room_for_attributes_that_are_no_fields(kind: type[Result]) -> None:
    assert not hasattr(kind(), "__dict__")


@pytest.mark.parametrize("kind", RESULT_TYPES)
def test_nested_fields_are_declared(kind: type[Result]) -> None:
    assert set(kind._nested) <= set(kind.__annotations__)


def test_check_returns_a_success_and_raises_for_the_rest() -> None:
    good = ExecResult(success=True, exit_code=0)
    assert good.check() is good

    with pytest.raises(CommandFailed, match="ended with 2: ls: no such file") as caught:
        ExecResult(success=False, exit_code=2, stderr="warning\nls: no such file\n").check()
    assert caught.value.result.exit_code == 2
    with pytest.raises(CommandFailed, match="timed out"):
        ExecResult(success=False, exit_code=137, timed_out=True, stderr="").check()


@pytest.mark.parametrize(
    "error",
    [
        NotFound("no such agent", "NOT_FOUND", {"hint": 1}),
        CommandFailed(ExecResult(exit_code=1)),
        agentos.ConnectionLost("gone"),
        agentos.NoAnswer("silent"),
    ],
)
def test_exceptions_can_be_pickled(error: Exception) -> None:
    twin = pickle.loads(pickle.dumps(error))  # noqa: S301

    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)
