# SPDX-License-Identifier: MIT
"""The model client, asked as AutoGen asks it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from autogen_core import EVENT_LOGGER_NAME, CancellationToken, FunctionCall, Image
from autogen_core.models import (
    AssistantMessage,
    ChatCompletionClient,
    CreateResult,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    ModelInfo,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import FunctionTool
from kernel.daemon import Daemon
from PIL import Image as Picture
from pydantic import BaseModel

from agentos import KernelError, NotRunning, TransportError
from agentos.autogen import AgentOSChatCompletionClient, AgentOSTool, _messages


class City(BaseModel):
    name: str
    people: int


def ask(words: str) -> list[LLMMessage]:
    return [UserMessage(content=words, source="user")]


def add(a: int, b: int) -> int:
    return a + b


READ = AgentOSTool("read_file")
ADD = FunctionTool(add, "Add two numbers")


async def streamed(client: ChatCompletionClient, words: str, **options: Any) -> tuple[list[str], CreateResult]:
    *pieces, result = [piece async for piece in client.create_stream(ask(words), **options)]
    assert isinstance(result, CreateResult)
    return [piece for piece in pieces if isinstance(piece, str)], result


async def test_answers_with_text() -> None:
    answer = await AgentOSChatCompletionClient().create([SystemMessage(content="Be brief."), *ask("Anything?")])
    assert (answer.content, answer.finish_reason, answer.cached) == ("An answer, a few words long.", "stop", False)


async def test_answers_piece_by_piece() -> None:
    pieces, result = await streamed(AgentOSChatCompletionClient(), "Anything?")
    assert len(pieces) > 1
    assert "".join(pieces) == result.content == "An answer, a few words long."


@pytest.mark.parametrize("stream", [False, True])
async def test_answers_with_calls_and_thoughts(stream: bool) -> None:
    client = AgentOSChatCompletionClient()
    if stream:
        _, answer = await streamed(client, "Please think aloud", tools=[READ])
    else:
        answer = await client.create(ask("Please think aloud"), tools=[READ.schema])
    assert isinstance(answer.content, list)
    [call] = answer.content
    assert (call.name, call.arguments) == ("read_file", '{"path": "/etc/agentos-test"}')
    assert (answer.thought, answer.finish_reason) == ("I look.", "function_calls")


async def test_takes_the_results_of_calls() -> None:
    conversation: list[LLMMessage] = [
        *ask("What does the file /etc/agentos-test say?"),
        AssistantMessage(content=[FunctionCall("c", '{"path": "/x"}', "read_file")], source="a", thought="I look."),
        FunctionExecutionResultMessage(
            content=[FunctionExecutionResult(content="forty-two", name="read_file", call_id="c")]
        ),
    ]
    answer = await AgentOSChatCompletionClient().create(conversation, tools=[READ])
    assert answer.content == "The file says forty-two."


def test_every_message_has_a_form() -> None:
    picture = Image.from_pil(Picture.new("RGB", (1, 1)))
    instruction, turns = _messages.conversation(
        [
            SystemMessage(content="Be brief."),
            SystemMessage(content="Be kind."),
            UserMessage(content=["Look", picture], source="ann"),
            AssistantMessage(content="A dot.", source="bob", thought="small"),
            AssistantMessage(content=[FunctionCall("c", "no JSON", "add")], source="bob"),
            FunctionExecutionResultMessage(
                content=[
                    FunctionExecutionResult(content="", name="add", call_id="c", is_error=True),
                    FunctionExecutionResult(content="3", name="add", call_id="d"),
                ]
            ),
        ],
        name_prefixes=True,
    )
    assert instruction == "Be brief.\n\nBe kind."
    assert [turn["role"] for turn in turns] == ["user", "assistant", "assistant", "tool", "tool"]
    assert [part["type"] for part in turns[0]["content"]] == ["text", "text", "image"]
    assert turns[0]["content"][0]["text"] == "ann said:"
    assert turns[1]["content"] == [{"type": "text", "text": "A dot."}]
    assert turns[2]["tool_calls"] == [{"id": "c", "name": "add", "arguments": {"arguments": "no JSON"}}]


async def test_a_picture_is_seen() -> None:
    picture = Image.from_pil(Picture.new("RGB", (1, 1)))
    await AgentOSChatCompletionClient().create([UserMessage(content=["Look", picture], source="user")])


async def test_names_are_told_when_asked_for() -> None:
    client = AgentOSChatCompletionClient(add_name_prefixes=True)
    assert (await client.create(ask("hello"))).content == "I know who said it."


async def test_answers_with_json() -> None:
    client = AgentOSChatCompletionClient()
    fitted = await client.create(ask("Tell me of the city"), json_output=City)
    assert City.model_validate_json(str(fitted.content)) == City(name="Ghent", people=265000)
    assert (await client.create(ask("Tell me of the city"), json_output=True)).content == fitted.content


def test_what_is_asked_of_the_kernel() -> None:
    client = AgentOSChatCompletionClient("m", temperature=0.5)

    def request(tool_choice: Any = "auto", json_output: Any = None, **more: Any) -> dict[str, Any]:
        return client._request(ask("hi"), [READ, ADD], tool_choice, json_output, more)

    assert [tool["name"] for tool in request()["tools"]] == ["read_file", "add"]
    assert (request()["model"], request()["temperature"], request()["system_instruction"]) == ("m", 0.5, None)
    assert request(model="n", temperature=None)["model"] == "n"
    assert "temperature" not in request(temperature=None)
    assert "tools" not in request("none")
    assert [tool["name"] for tool in request(ADD)["tools"]] == ["add"]
    assert "call of one of the given functions" in request("required")["system_instruction"]
    assert "JSON" in request(json_output=True)["system_instruction"]
    assert request(json_output=City)["response_schema"]["title"] == "City"


async def test_counts_what_is_used() -> None:
    client = AgentOSChatCompletionClient()
    answer = await client.create(ask("Write me 2 haikus."))
    await streamed(client, "Write me 2 haikus.")
    assert answer.usage == RequestUsage(20, 35)
    assert client.actual_usage() == client.total_usage() == RequestUsage(40, 70)


async def test_autogens_log_tells_of_calls(caplog: pytest.LogCaptureFixture) -> None:
    client = AgentOSChatCompletionClient()
    with caplog.at_level(logging.INFO, EVENT_LOGGER_NAME):
        await client.create(ask("Write me 2 haikus."), tools=[READ])
        await streamed(client, "Please think aloud", tools=[READ])
    kinds = [record.msg.kwargs["type"] for record in caplog.records if record.name == EVENT_LOGGER_NAME]  # type: ignore[union-attr]
    assert kinds == ["LLMCall", "LLMStreamStart", "LLMStreamEnd"]
    assert all(record.getMessage() for record in caplog.records)


@pytest.mark.parametrize("way", ["create", "stream"])
async def test_is_cancelled_by_its_token(way: str) -> None:
    client, token = AgentOSChatCompletionClient(timeout=600), CancellationToken()
    asked: Any = (
        client.create(ask("Please be slow"), cancellation_token=token)
        if way == "create"
        else streamed(client, "Please be slow", cancellation_token=token)
    )
    task = asyncio.ensure_future(asked)
    asyncio.get_running_loop().call_later(0.1, token.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await client.create(ask("Anything?"))).content


async def test_a_stream_that_is_dropped_ends() -> None:
    client = AgentOSChatCompletionClient()
    stream = client.create_stream(ask("Anything?"))
    assert await anext(stream)
    await stream.aclose()
    assert (await client.create(ask("Anything?"))).content


async def test_a_refusal_reaches_the_caller() -> None:
    client = AgentOSChatCompletionClient(temperature=9)
    with pytest.raises(KernelError, match="temperature must be 0 to 2"):
        await client.create(ask("hello"))
    with pytest.raises(KernelError, match="no more today"):
        await streamed(AgentOSChatCompletionClient(), "Please refuse")
    with pytest.raises(KernelError, match="TIMEOUT"):
        await client.create(ask("Please be slow"), extra_create_args={"timeout": 0.05, "temperature": 0})


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"extra_create_args": {"top_p": 1}}, "THINK takes no top_p"),
        ({"tool_choice": "required"}, "wants one of them"),
        ({"tool_choice": READ, "tools": [ADD]}, "wants 'read_file'"),
    ],
)
async def test_refuses_what_nothing_would_heed(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        await AgentOSChatCompletionClient().create(ask("hi"), **arguments)


@pytest.mark.parametrize("settings", [{"colour": "red"}, {"temperature": "warm"}, {"thinking_level": "much"}])
def test_refuses_a_setting_that_is_wrong(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        AgentOSChatCompletionClient(**settings)


def test_estimates_tokens() -> None:
    client = AgentOSChatCompletionClient(context_window=1000)
    few, many = client.count_tokens(ask("hello")), client.count_tokens(ask("hello " * 100))
    assert few < many < client.count_tokens(ask("hello " * 100), tools=[READ])
    assert client.remaining_tokens(ask("hello")) == 1000 - few


def test_it_can_be_dumped_and_loaded() -> None:
    blind = ModelInfo(vision=False, function_calling=True, json_output=False, structured_output=False, family="x")
    client = AgentOSChatCompletionClient("m", timeout=5, model_info=blind)
    loaded = ChatCompletionClient.load_component(client.dump_component())
    assert isinstance(loaded, AgentOSChatCompletionClient)
    assert loaded.dump_component() == client.dump_component()
    assert loaded.model_info["vision"] is False


async def test_says_when_no_kernel_runs(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match=str(tmp_path)):
        await AgentOSChatCompletionClient(socket_path=str(tmp_path / "none")).create(ask("hello"))


async def test_a_kernel_that_dies_in_mid_answer_and_comes_back() -> None:
    with Daemon({"rules": [{"match": "slow", "content": "x", "delay_ms": 60_000}], "default": {"content": "y"}}) as own:
        client = AgentOSChatCompletionClient(socket_path=own.socket)
        assert (await client.create(ask("hi"))).content == "y"
        slow = asyncio.ensure_future(streamed(client, "slow"))
        await asyncio.sleep(0)
        await asyncio.to_thread(own.stop)
        with pytest.raises(TransportError):
            await slow
        await asyncio.to_thread(own.start)
        assert (await client.create(ask("hi"))).content == "y"
        await client.close()
