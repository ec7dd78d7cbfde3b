# SPDX-License-Identifier: MIT
"""The LLM, asked as CrewAI asks it."""

from __future__ import annotations

import asyncio
import copy
from pathlib import Path
from typing import Any

import pytest
from crewai.events.event_bus import crewai_event_bus
from crewai.events.types.llm_events import LLMCallCompletedEvent, LLMCallFailedEvent, LLMStreamChunkEvent
from pydantic import BaseModel

from agentos import KernelError, NotRunning
from agentos.crewai import AgentOSLLM

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
READ = {
    "type": "function",
    "function": {
        "name": "read_file",
        "description": "Read a file",
        "parameters": {"type": "object", "properties": {"path": {"type": "string"}}},
    },
}


CALL = {"type": "function", "function": {"name": "read_file", "arguments": '{"path": "/x"}'}}


class City(BaseModel):
    name: str
    people: int


def test_answers_a_question_and_a_conversation() -> None:
    llm = AgentOSLLM()
    assert llm.call("Anything?") == "An answer, a few words long."
    conversation = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": PIXEL}}],
        },
    ]
    assert llm.call(conversation) == "An answer, a few words long."


def test_answers_in_asyncio() -> None:
    assert asyncio.run(AgentOSLLM().acall("Anything?")) == "An answer, a few words long."


def test_gives_the_calls_that_the_model_asks_for() -> None:
    [call] = AgentOSLLM().call("What does the file /etc/agentos-test say?", tools=[READ])
    assert call["id"]
    assert call["function"] == {"name": "read_file", "arguments": '{"path": "/etc/agentos-test"}'}


def test_makes_the_calls_itself_when_it_is_given_functions() -> None:
    functions = {"read_file": lambda path: f"read {path}"}
    question = "What does the file /etc/agentos-test say?"
    assert AgentOSLLM().call(question, tools=[READ], available_functions=functions) == "read /etc/agentos-test"


def test_takes_the_results_of_calls() -> None:
    conversation = [
        {"role": "user", "content": "What does the file /etc/agentos-test say?"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c", **CALL}]},
        {"role": "tool", "tool_call_id": "c", "name": "read_file", "content": "forty-two"},
    ]
    assert AgentOSLLM().call(conversation, tools=[READ]) == "The file says forty-two."


def test_stops_before_a_stop_word() -> None:
    assert AgentOSLLM(stop=["words"]).call("Anything?") == "An answer, a few"
    assert AgentOSLLM(stop_sequences="few").call("Anything?") == "An answer, a"


def test_answers_with_a_model() -> None:
    assert AgentOSLLM().call("Tell me of the city", response_model=City) == City(name="Ghent", people=265000)
    with pytest.raises(ValueError, match="City"):
        AgentOSLLM().call("Say no JSON", response_model=City)


def test_counts_what_is_used() -> None:
    llm = AgentOSLLM()
    llm.call("Write me 2 haikus.")
    llm.call("Write me 2 haikus.")
    used = llm.get_token_usage_summary()
    assert (used.prompt_tokens, used.completion_tokens, used.total_tokens) == (40, 70, 110)
    assert (used.cached_prompt_tokens, used.reasoning_tokens, used.successful_requests) == (20, 10, 2)


@pytest.mark.parametrize("in_asyncio", [False, True])
def test_tells_of_each_piece_as_it_comes(in_asyncio: bool) -> None:
    pieces: list[str] = []
    ends: list[str] = []
    with crewai_event_bus.scoped_handlers():
        crewai_event_bus.on(LLMStreamChunkEvent)(lambda _, event: pieces.append(event.chunk))
        crewai_event_bus.on(LLMCallCompletedEvent)(lambda _, event: ends.append(event.response))
        llm = AgentOSLLM(stream=True)
        answer = asyncio.run(llm.acall("Anything?")) if in_asyncio else llm.call("Anything?")
        crewai_event_bus.flush()
    assert len(pieces) > 1
    assert "".join(pieces) == answer == ends[0]


def test_a_refusal_reaches_the_caller_and_the_listeners() -> None:
    failures: list[str] = []
    with crewai_event_bus.scoped_handlers():
        crewai_event_bus.on(LLMCallFailedEvent)(lambda _, event: failures.append(event.error))
        with pytest.raises(KernelError, match="no more today"):
            AgentOSLLM().call("at any rate")
        with pytest.raises(KernelError, match="temperature must be 0 to 2"):
            AgentOSLLM(temperature=9).call("hello")
        crewai_event_bus.flush()
    assert len(failures) == 2


def test_gives_up_at_its_timeout() -> None:
    with pytest.raises(KernelError, match="TIMEOUT"):
        AgentOSLLM(timeout=0.05).call("Please be slow")


def test_says_when_no_kernel_runs(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match=str(tmp_path)):
        AgentOSLLM(socket_path=str(tmp_path / "none")).call("hello")


@pytest.mark.parametrize("setting", [{"top_p": 0.5}, {"seed": 1}, {"api_key": "secret"}, {"colour": "red"}])
def test_refuses_a_setting_that_nothing_would_heed(setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"AgentOSLLM takes no {next(iter(setting))}"):
        AgentOSLLM(**setting)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"role": "user", "content": [{"type": "audio", "data": "AA=="}]}, "text and images only"),
        ({"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png"}}]}, "data: URL"),
        ({"role": "critic", "content": "no"}, "role 'critic'"),
        ({"role": "user"}, "'role' and 'content'"),
    ],
)
def test_refuses_a_message_that_has_no_form(message: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        AgentOSLLM().call([message])


def test_an_estimate_of_tokens_grows_with_what_is_sent() -> None:
    llm = AgentOSLLM()
    short = llm.get_input_tokens_count("hello")
    assert short < llm.get_input_tokens_count("hello " * 100) < llm.get_input_tokens_count("hello " * 100, tools=[READ])
    image = {"role": "user", "content": [{"type": "image_url", "image_url": {"url": PIXEL}}]}
    assert llm.get_input_tokens_count([image]) <= short
    assert llm.get_context_window_size() < llm.context_window


def test_a_copy_works_by_itself() -> None:
    assert copy.deepcopy(AgentOSLLM()).call("Anything?") == "An answer, a few words long."
