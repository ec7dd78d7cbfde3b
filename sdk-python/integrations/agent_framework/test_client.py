# SPDX-License-Identifier: MIT
"""The chat client, and agents that run with it."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest
from agent_framework import (
    Agent,
    ChatResponse,
    Content,
    FunctionInvocationContext,
    Message,
    SupportsChatGetResponse,
    tool,
)
from kernel.daemon import Daemon
from pydantic import BaseModel

from agentos import KernelError, NotRunning, TransportError
from agentos.agent_framework import AgentOSChatClient, AgentOSChatOptions, AgentOSTool, _messages, agentos_tools

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class City(BaseModel):
    name: str
    people: int


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def ask(words: str) -> list[Message]:
    return [Message("user", [words])]


async def answered(words: str, **options: Any) -> ChatResponse[Any]:
    given: Any = options
    answer: ChatResponse[Any] = await AgentOSChatClient().get_response(ask(words), options=given)
    return answer


async def test_answers_with_text() -> None:
    assert isinstance(AgentOSChatClient(), SupportsChatGetResponse)
    answer = await answered("Anything?")
    assert (answer.text, answer.finish_reason, answer.model) == ("An answer, a few words long.", "stop", "offline-1")
    assert answer.additional_properties["provider"] == "offline"


async def test_answers_piece_by_piece() -> None:
    stream = AgentOSChatClient().get_response(ask("Write me 2 haikus."), stream=True)
    pieces = [update.text async for update in stream if update.text]
    whole = await stream.get_final_response()
    assert len(pieces) > 1
    assert "".join(pieces) == whole.text
    assert whole.usage_details
    assert whole.usage_details["output_token_count"] == 35


async def test_counts_what_is_used() -> None:
    assert (await answered("Write me 2 haikus.")).usage_details == {
        "input_token_count": 20,
        "output_token_count": 35,
        "total_token_count": 55,
        "cache_read_input_token_count": 10,
        "reasoning_output_token_count": 5,
    }


@pytest.mark.parametrize("stop", ["words", ["long", "words"]])
@pytest.mark.parametrize("stream", [False, True])
async def test_stops_before_a_stop_word(stop: Any, stream: bool) -> None:
    if not stream:
        assert (await answered("Anything?", stop=stop)).text == "An answer, a few"
        return
    updates = AgentOSChatClient().get_response(ask("Anything?"), stream=True, options=AgentOSChatOptions(stop=stop))
    assert (await updates.get_final_response()).text == "An answer, a few"


async def test_an_answer_fits_a_model() -> None:
    assert (await answered("Tell me of the city", response_format=City)).value == City(name="Ghent", people=265000)
    as_schema = await answered("Tell me of the city", response_format=City.model_json_schema())
    assert as_schema.value == {"name": "Ghent", "people": 265000}


def test_every_message_has_a_form() -> None:
    instruction, turns = _messages.conversation(
        [
            Message("system", ["Be kind."]),
            Message("user", ["Look", Content.from_data(PIXEL, "image/png")]),
            Message(
                "assistant",
                [
                    Content.from_text_reasoning(text="hm"),
                    Content.from_text("I add."),
                    Content.from_function_call("c", "add", arguments='{"a": 1}'),
                ],
            ),
            Message(
                "tool",
                [Content.from_function_result("c", result="1"), Content.from_function_result("d", result=None)],
            ),
        ],
        "Be brief.",
    )
    assert instruction == "Be brief.\n\nBe kind."
    assert [turn["role"] for turn in turns] == ["user", "assistant", "tool", "tool"]
    assert [part["type"] for part in turns[0]["content"]] == ["text", "image"]
    assert turns[1]["content"] == [{"type": "text", "text": "I add."}]
    assert turns[1]["tool_calls"] == [{"id": "c", "name": "add", "arguments": {"a": 1}}]
    assert turns[2]["tool_call_id"] == "c"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Message("user", [Content.from_data(b"x", "audio/wav")]), "text and images only"),
        (Message("user", [Content.from_uri("https://x/y.png", media_type="image/png")]), "data: URL"),
        (Message("critic", ["no"]), "role 'critic'"),
        (Message("tool", ["no"]), "'text' in a tool's message"),
    ],
)
async def test_refuses_a_message_that_has_no_form(message: Message, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        await AgentOSChatClient().get_response([message])


async def test_what_is_asked_of_the_kernel() -> None:
    read = AgentOSTool("read_file")

    async def request(**options: Any) -> dict[str, Any]:
        return await AgentOSChatClient("m")._request(ask("hi"), {"tools": [read, add], **options})

    assert [tool["name"] for tool in (await request())["tools"]] == ["read_file", "add"]
    assert (await request())["model"] == "m"
    assert (await request(model="n", thinking_level="low"))["model"] == "n"
    assert "tools" not in await request(tool_choice="none")
    one = await request(tool_choice={"mode": "required", "required_function_name": "add"})
    assert [tool["name"] for tool in one["tools"]] == ["add"]
    assert "call of one of the given functions" in one["system_instruction"]
    some = await request(tool_choice={"mode": "auto", "allowed_tools": ["read_file"]})
    assert [tool["name"] for tool in some["tools"]] == ["read_file"]
    assert "JSON" in (await request(response_format={"type": "json_object"}))["system_instruction"]
    named = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "array"}}}
    assert (await request(response_format=named))["response_schema"] == {"type": "array"}
    assert (await request(store=False, user="ann", allow_multiple_tool_calls=True)).keys() == (await request()).keys()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"top_p": 0.5}, "takes no top_p"),
        ({"store": True}, "takes no store"),
        ({"conversation_id": "c"}, "takes no conversation_id"),
        ({"temperature": 9}, "temperature"),
        ({"tools": [{"type": "web_search"}]}, "functions only"),
        ({"tools": [add], "tool_choice": {"mode": "required", "required_function_name": "sub"}}, "wants 'sub'"),
    ],
)
async def test_refuses_what_nothing_would_heed(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        await AgentOSChatClient()._request(ask("hi"), options)


@pytest.mark.parametrize("stream", [False, True])
async def test_an_agent_calls_a_tool_and_answers(file: Path, stream: bool) -> None:
    async with Agent(AgentOSChatClient(), "You read files.", tools=agentos_tools()) as agent:
        question = f"What does the file {file} say?"
        answer = await (agent.run(question, stream=True).get_final_response() if stream else agent.run(question))
    assert answer.text == "The file says forty-two."
    assert [message.role for message in answer.messages] == ["assistant", "tool", "assistant"]


async def test_an_agent_remembers_a_conversation(file: Path) -> None:
    agent = AgentOSChatClient().as_agent(tools=agentos_tools(["read_file"]))
    session = agent.create_session()
    await agent.run(f"What does the file {file} say?", session=session)
    file.write_text("forty-three")
    assert (await agent.run(f"What does the file {file} say?", session=session)).text == "The file says forty-three."


@pytest.mark.usefixtures("file")
async def test_text_beside_a_call_is_kept() -> None:
    agent = AgentOSChatClient().as_agent(tools=agentos_tools(["read_file"]))
    answer = await agent.run("Please think aloud")
    assert answer.messages[0].text == "I look."
    assert answer.messages[-1].text == "The file says forty-two."


@pytest.mark.parametrize(
    ("task", "said"),
    [("Call it with wrong arguments", "I was told: it is wrong."), ("Call an unknown tool", "There is no such tool.")],
)
async def test_a_call_that_is_wrong_is_answered(task: str, said: str) -> None:
    agent = AgentOSChatClient().as_agent(tools=agentos_tools(["read_file"]))
    assert (await agent.run(task)).text == said


async def test_a_call_waits_for_approval_where_that_is_asked_for(file: Path) -> None:
    agent = AgentOSChatClient().as_agent(tools=agentos_tools(["read_file"], approval_mode="always_require"))
    session = agent.create_session()
    answer = await agent.run(f"What does the file {file} say?", session=session)
    [request] = answer.user_input_requests
    approved = Message("user", [request.to_function_approval_response(approved=True)])
    assert (await agent.run(approved, session=session)).text == "The file says forty-two."


async def test_middleware_sees_the_calls(file: Path) -> None:
    seen: list[str] = []

    async def watch(context: FunctionInvocationContext, call_next: Any) -> None:
        seen.append(context.function.name)
        await call_next()

    agent = Agent(AgentOSChatClient(), tools=agentos_tools(), middleware=[watch])
    assert (await agent.run(f"What does the file {file} say?")).text == "The file says forty-two."
    assert seen == ["read_file"]


async def test_a_refusal_reaches_the_caller() -> None:
    with pytest.raises(KernelError, match="no more today"):
        await answered("Please refuse")
    with pytest.raises(KernelError, match="no more today"):
        await AgentOSChatClient().get_response(ask("Please refuse"), stream=True).get_final_response()
    with pytest.raises(KernelError, match="TIMEOUT"):
        await answered("Please be slow", timeout=0.05)


async def test_it_can_be_cancelled() -> None:
    asked = asyncio.ensure_future(answered("Please be slow", timeout=600))
    asyncio.get_running_loop().call_later(0.1, asked.cancel)
    with pytest.raises(asyncio.CancelledError):
        await asked


def test_it_can_be_written_down() -> None:
    written = AgentOSChatClient("m", socket_path="/s").to_dict()
    assert (written["model"], written["socket_path"]) == ("m", "/s")


async def test_says_when_no_kernel_runs(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match=str(tmp_path)):
        await AgentOSChatClient(socket_path=str(tmp_path / "none")).get_response(ask("hi"))


async def test_a_kernel_that_dies_in_mid_answer_and_comes_back() -> None:
    with Daemon({"rules": [{"match": "slow", "content": "x", "delay_ms": 60_000}], "default": {"content": "y"}}) as own:
        async with AgentOSChatClient(socket_path=own.socket) as client:
            assert (await client.get_response(ask("hi"))).text == "y"
            slow = asyncio.ensure_future(client.get_response(ask("slow"), stream=True).get_final_response())
            await asyncio.sleep(0)
            await asyncio.to_thread(own.stop)
            with pytest.raises(TransportError):
                await slow
            await asyncio.to_thread(own.start)
            assert (await client.get_response(ask("hi"))).text == "y"
