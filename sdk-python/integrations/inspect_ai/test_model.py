# SPDX-License-Identifier: MIT
"""The kernel's model as a model of Inspect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
    ContentAudio,
    ContentImage,
    ContentText,
    GenerateConfig,
    Model,
    ResponseSchema,
    get_model,
)
from inspect_ai.tool import ToolCall, ToolCallError, ToolChoice, ToolFunction, ToolInfo
from inspect_ai.util import json_schema
from kernel.daemon import Daemon

from agentos import AgentOSError
from agentos.inspect_ai import AgentOSModelAPI

CALLS = [{"name": "add", "arguments": {"a": 1}}, {"name": "add", "arguments": {}}]
SCRIPT: dict[str, Any] = {
    "rules": [
        {"tool_result": "42", "content": "It is 42."},
        {"tool_result": "no such file", "content": "I see that it failed."},
        {
            "match": "two calls",
            "tool_calls": [{"name": "add", "arguments": {"a": 1}}, {"name": "add", "arguments": {}}],
        },
        {"match": "slow down", "error": {"code": "RESOURCE_EXHAUSTED", "message": "slow down", "retryable": True}},
        {"match": "long", "content": "one two", "usage": {"input": 10, "output": 5}},
        {"match": "look", "content": "a picture"},
    ],
    "default": {"content": "STOP here"},
}
ADD = ToolInfo(name="add", description="Adds.")
PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    """The default model of a kernel with this script."""
    with Daemon(SCRIPT) as daemon:
        yield get_model("agentos/default", socket_path=daemon.socket, memoize=False)


async def ask(model: Model, *messages: ChatMessage, choice: ToolChoice = "auto", **config: Any) -> Any:
    tools = [ADD] if choice != "none" else []
    return await model.api.generate([*messages], tools, choice, GenerateConfig(**config))


async def test_words_usage_and_where_they_come_from(model: Model) -> None:
    output = await ask(model, ChatMessageSystem(content="Be brief."), ChatMessageUser(content="a long story"))
    assert (output.completion, output.stop_reason, output.model) == ("one two", "stop", "offline-1")
    assert (output.usage.input_tokens, output.usage.output_tokens, output.usage.total_tokens) == (10, 5, 15)
    assert output.metadata["provider"] == "offline"


@pytest.mark.parametrize("choice", ["auto", "any", ToolFunction("add")])
async def test_calls_of_tools(model: Model, choice: ToolChoice) -> None:
    output = await ask(model, ChatMessageUser(content="two calls"), choice=choice)
    assert output.stop_reason == "tool_calls"
    first, second = output.message.tool_calls
    assert (first.function, first.arguments, second.arguments) == ("add", {"a": 1}, {})
    assert first.id != second.id


async def test_results_of_tools_and_their_failures(model: Model) -> None:
    asked = ChatMessageAssistant(content="", tool_calls=[ToolCall("1", "add", {})])
    result = ChatMessageTool(content="42", tool_call_id="1", function="add")
    assert (await ask(model, ChatMessageUser(content="x"), asked, result)).completion == "It is 42."
    failed = ChatMessageTool(
        content="", tool_call_id="1", function="add", error=ToolCallError("file_not_found", "no such file")
    )
    assert (await ask(model, ChatMessageUser(content="x"), asked, failed)).completion == "I see that it failed."


async def test_pictures_and_what_there_is_no_form_for(model: Model) -> None:
    picture = ChatMessageUser(content=[ContentText(text="look"), ContentImage(image=PIXEL)])
    assert (await ask(model, picture)).completion == "a picture"
    with pytest.raises(ValueError, match="data: URL"):
        await ask(model, ChatMessageUser(content=[ContentImage(image="http://a/b.png")]))
    with pytest.raises(ValueError, match="no form for a content of the type 'audio'"):
        await ask(model, ChatMessageUser(content=[ContentAudio(audio=PIXEL, format="wav")]))


async def test_settings(model: Model) -> None:
    assert (await ask(model, ChatMessageUser(content="x"), stop_seqs=["STOP", "long"])).completion == ""
    assert (await ask(model, ChatMessageUser(content="x"), max_tokens=5, temperature=0.5)).completion == "STOP here"
    schema = ResponseSchema(name="number", json_schema=json_schema(int))
    assert (await ask(model, ChatMessageUser(content="x"), choice="none", response_schema=schema)).choices
    with pytest.raises(AgentOSError, match="temperature"):
        await ask(model, ChatMessageUser(content="x"), temperature=9)


async def test_what_may_be_tried_again(model: Model) -> None:
    with pytest.raises(AgentOSError) as raised:
        await ask(model, ChatMessageUser(content="slow down"))
    assert model.api.should_retry(raised.value)
    assert not model.api.should_retry(ValueError("no form"))


async def test_no_kernel(tmp_path: Any) -> None:
    absent = AgentOSModelAPI("default", socket_path=str(tmp_path / "none"))
    with pytest.raises(AgentOSError, match="agentos daemon"):
        await absent.generate([ChatMessageUser(content="x")], [], "auto", GenerateConfig())
