# SPDX-License-Identifier: MIT
"""Real teams: AutoGen's loop, the kernel's tools, sandbox and messages, the kernel's model on a script."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from autogen_agentchat.agents import CodeExecutorAgent
from autogen_agentchat.base import TaskResult
from autogen_agentchat.conditions import MaxMessageTermination, TextMentionTermination
from autogen_agentchat.messages import (
    CodeExecutionEvent,
    ModelClientStreamingChunkEvent,
    StructuredMessage,
    TextMessage,
    ToolCallExecutionEvent,
)
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import CancellationToken
from pydantic import BaseModel

from agentos import AgentOSClient, tools
from agentos.autogen import (
    WORK_TOOLS,
    AgentOSAssistant,
    AgentOSChatCompletionClient,
    AgentOSCodeExecutor,
    AgentOSUserProxy,
    agentos_tools,
)


class City(BaseModel):
    name: str
    people: int


def words(result: TaskResult) -> list[tuple[str, str]]:
    return [(message.source, message.content) for message in result.messages if isinstance(message, TextMessage)]


async def test_an_assistant_calls_a_tool_and_answers(file: Path) -> None:
    result = await AgentOSAssistant("reader").run(task=f"What does the file {file} say?")
    assert words(result)[-1] == ("reader", "The file says forty-two.")


async def test_the_same_piece_by_piece(file: Path) -> None:
    assistant = AgentOSAssistant("reader", model_client_stream=True)
    pieces = [
        event.content
        async for event in assistant.run_stream(task=f"What does the file {file} say?")
        if isinstance(event, ModelClientStreamingChunkEvent)
    ]
    assert len(pieces) > 1
    assert "".join(pieces) == "The file says forty-two."


async def test_an_answer_fits_a_model() -> None:
    assistant = AgentOSAssistant("geographer", tools=[], output_content_type=City)
    message = (await assistant.run(task="Tell me of the city")).messages[-1]
    assert isinstance(message, StructuredMessage)
    assert message.content == City(name="Ghent", people=265000)


@pytest.mark.parametrize(
    ("task", "told"),
    [("Call it with wrong arguments", "did you mean path?"), ("Call an unknown tool", "delete_everything")],
)
async def test_a_call_that_is_wrong_is_answered(task: str, told: str) -> None:
    result = await AgentOSAssistant("reader").run(task=task)
    [event] = [message for message in result.messages if isinstance(message, ToolCallExecutionEvent)]
    assert event.content[0].is_error
    assert told in event.content[0].content
    assert isinstance(result.messages[-1], TextMessage)


def test_an_assistants_tools_are_those_of_work_or_those_that_are_given() -> None:
    def shout(text: str) -> str:
        """Say it louder."""
        return text.upper()

    def names(**settings: Any) -> Sequence[str]:
        return [tool.name for tool in AgentOSAssistant("a", **settings)._tools]

    assert names() == list(WORK_TOOLS)
    assert names(tools=["list_agents", shout, *agentos_tools(["execute"])]) == ["list_agents", "shout", "execute"]
    with pytest.raises(tools.UnknownTool, match="did you mean execute"):
        names(tools=["exekute"])


async def test_a_team_writes_code_and_runs_it_in_the_sandbox() -> None:
    async with AgentOSCodeExecutor() as executor:
        coder = AgentOSAssistant("coder", tools=[])
        runner = CodeExecutorAgent("runner", executor)
        end = TextMentionTermination("TERMINATE", sources=["coder"])
        team = RoundRobinGroupChat([coder, runner], termination_condition=end, max_turns=6)
        result = await team.run(task="Compute 6 times 7.")
    assert [(who, said.strip()) for who, said in words(result)[1:]] == [
        ("coder", "```python\nprint(6 * 7)\n```"),
        ("runner", "42"),
        ("coder", "The answer is 42. TERMINATE"),
    ]


async def test_an_agent_that_writes_and_runs_code_by_itself() -> None:
    async with AgentOSCodeExecutor() as executor:
        agent = CodeExecutorAgent("worker", executor, model_client=AgentOSChatCompletionClient())
        events = [event async for event in agent.run_stream(task="Compute 6 times 7.")]
    [ran] = [event for event in events if isinstance(event, CodeExecutionEvent)]
    assert (ran.result.exit_code, ran.result.output) == (0, "42\n")
    assert isinstance(events[-1], TaskResult)
    assert words(events[-1])[-1] == ("worker", "The answer is 42. TERMINATE")


async def test_a_team_can_be_dumped_and_loaded(file: Path) -> None:
    team = RoundRobinGroupChat(
        [AgentOSAssistant("reader")], termination_condition=MaxMessageTermination(5), max_turns=1
    )
    loaded = RoundRobinGroupChat.load_component(team.dump_component())
    result = await loaded.run(task=f"What does the file {file} say?")
    assert words(result)[-1] == ("reader", "The file says forty-two.")


async def test_cancelling_a_team_ends_the_command_it_runs(operator: AgentOSClient) -> None:
    async with AgentOSCodeExecutor() as executor:
        token = CancellationToken()
        code = "```sh\ntouch begun; exec sleep 4245\n```"
        team = RoundRobinGroupChat([CodeExecutorAgent("runner", executor)], max_turns=1)
        running = asyncio.create_task(team.run(task=code, cancellation_token=token))
        waiting = "until ls /tmp/agentos-code-*/begun; do sleep 0.01; done"
        await asyncio.to_thread(operator.exec, waiting, timeout=20)
        token.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert operator.exec("while pgrep -fx 'sleep 4245'; do sleep 0.01; done", timeout=20).success


def answer(person: AgentOSClient, asked: list[Any], said: Any) -> threading.Thread:
    """Have a person of that name answer the next question."""
    person.register("publisher")

    def reply() -> None:
        [question] = person.recv(1, wait=20).messages
        asked.append(question.message)
        person.send(question.sender, said)

    thread = threading.Thread(target=reply)
    thread.start()
    return thread


@pytest.mark.parametrize("said", ["yes", {"decision": "no"}])
async def test_a_person_is_asked_through_the_kernel(operator: AgentOSClient, said: Any) -> None:
    asked: list[Any] = []
    person = answer(operator, asked, said)
    writer = AgentOSAssistant("writer", tools=[])
    user = AgentOSUserProxy("user", person="publisher")
    team = RoundRobinGroupChat([writer, user], max_turns=2)
    try:
        result = await team.run(task="Ask: May I?")
    finally:
        await asyncio.to_thread(person.join)
        await user.close()
    assert words(result)[-1] == ("user", "yes" if said == "yes" else '{"decision": "no"}')
    assert asked[0]["type"] == "question"
    assert asked[0]["agent"] == "user"
    assert asked[0]["messages"][-1] == {"source": "writer", "content": "May I publish it?"}


async def test_nobody_else_can_answer(operator: AgentOSClient, kernel: Any) -> None:
    operator.register("publisher")
    user = AgentOSUserProxy("user", person="publisher", timeout=0.5)

    def meddle() -> None:
        operator.recv(1, wait=20)
        with AgentOSClient(kernel.socket) as other:
            other.send("user", "yes")

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        with pytest.raises(RuntimeError, match="publisher did not answer"):
            await user.run(task="May I?")
    finally:
        meddler.join()
        await user.close()


async def test_asking_can_be_cancelled_and_somebody_who_is_not_there_is_named(operator: AgentOSClient) -> None:
    user = AgentOSUserProxy("user", person="nobody-here")
    with pytest.raises(RuntimeError, match="nobody-here"):
        await user.run(task="May I?")

    operator.register("publisher")
    user = AgentOSUserProxy("user", person="publisher")
    token = CancellationToken()
    asking = asyncio.create_task(user.run(task="May I?", cancellation_token=token))
    await asyncio.to_thread(operator.recv, 1, wait=20)
    token.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_function_is_asked_as_in_autogen() -> None:
    user = AgentOSUserProxy("user", input_func=lambda _: "yes")
    assert words(await user.run(task="May I?"))[-1] == ("user", "yes")
    with pytest.raises(ValueError, match="either person"):
        AgentOSUserProxy("user", person="publisher", input_func=input)
