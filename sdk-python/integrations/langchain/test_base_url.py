# SPDX-License-Identifier: MIT
"""LangChain's client for OpenAI, inside a sandbox: only the address is the kernel's."""

from __future__ import annotations

from pathlib import Path

from kernel.inside import run_inside

from agentos import AgentOSClient


def test_chat_openai_asks_the_kernel(operator: AgentOSClient, tmp_path: Path) -> None:
    answer, streamed, call = run_inside(
        operator,
        tmp_path,
        """
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
@tool
def get_weather(location: str) -> str:
    "The weather."
    return "sunny"
model = ChatOpenAI(model="default")
called = model.bind_tools([get_weather]).invoke("What is the weather in San Francisco?").tool_calls[0]
out = [model.invoke("hi").content, "".join(piece.content for piece in model.stream("hi")), called["name"]]
""",
    )
    assert answer == streamed == "how are you today"
    assert call == "get_weather"


def test_chat_openai_steers_it(operator: AgentOSClient, tmp_path: Path) -> None:
    cut, streamed, forced, named = run_inside(
        operator,
        tmp_path,
        """
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
@tool
def get_weather(location: str) -> str:
    "The weather."
    return "sunny"
question = "What is the weather in San Francisco?"
model = ChatOpenAI(model="default", top_p=0.5, seed=1, stop_sequences=[" today"])
def called(choice):
    return [call["name"] for call in model.bind_tools([get_weather], tool_choice=choice).invoke(question).tool_calls]
out = [model.invoke("hi").content, "".join(piece.content for piece in model.stream("hi", stop=["you"])),
       called("any"), called("get_weather")]
""",
    )
    assert cut == "how are you"
    assert streamed == "how are "
    assert forced == named == ["get_weather"]
