# SPDX-License-Identifier: MIT
"""A real agent: LangGraph's loop, the kernel's tools, the kernel's model on a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage

from agentos import AgentOSClient, KernelError
from agentos.langchain import AgentOSToolkit, ChatAgentOS


@pytest.fixture
def file() -> Any:
    path = Path("/etc/agentos-test")
    path.write_text("forty-two")
    yield path
    path.unlink()


def test_an_agent_calls_a_tool_and_answers(file: Path) -> None:
    agent = create_agent(ChatAgentOS(), AgentOSToolkit().get_tools())

    messages = agent.invoke({"messages": [HumanMessage(f"What does the file {file} say?")]})["messages"]

    assert [type(message) for message in messages] == [HumanMessage, AIMessage, ToolMessage, AIMessage]
    assert messages[-1].content == "The file says forty-two."


async def test_the_same_in_asyncio_streamed(file: Path) -> None:
    agent = create_agent(ChatAgentOS(), AgentOSToolkit().get_tools())

    pieces = [
        message.content
        async for message, _ in agent.astream(
            {"messages": [HumanMessage(f"What does the file {file} say?")]}, stream_mode="messages"
        )
        if isinstance(message, AIMessageChunk) and message.content
    ]

    assert len(pieces) > 1
    assert "".join(map(str, pieces)) == "The file says forty-two."


def test_pieces_arrive_as_they_are_produced() -> None:
    chunks = list(ChatAgentOS().stream("anything"))
    assert len([chunk for chunk in chunks if chunk.content]) > 1
    assert chunks[-1].response_metadata["model_provider"] == "offline"


def test_settings_reach_the_kernel_and_its_refusal_reaches_the_caller() -> None:
    with pytest.raises(KernelError, match="temperature must be 0 to 2"):
        ChatAgentOS(temperature=9).invoke("hello")
    with pytest.raises(ValueError, match="takes no frequency_penalty"):
        ChatAgentOS().invoke("hello", frequency_penalty=1)
    with pytest.raises(ValueError, match="text and images only"):
        ChatAgentOS().invoke([HumanMessage([{"type": "audio", "base64": "AA=="}])])


def test_usage_is_the_kernels(operator: AgentOSClient) -> None:
    answer = ChatAgentOS().invoke([SystemMessage("Be brief."), HumanMessage("Write me 2 haikus.")])
    assert answer.usage_metadata == {
        "input_tokens": 20,
        "output_tokens": 35,
        "total_tokens": 55,
        "input_token_details": {"cache_read": 10},
        "output_token_details": {"reasoning": 5},
    }
    assert operator.think("Write me 2 haikus.").tokens == 55
