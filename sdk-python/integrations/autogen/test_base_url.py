# SPDX-License-Identifier: MIT
"""AutoGen's client for OpenAI, inside a sandbox: only the address is the kernel's."""

from __future__ import annotations

from pathlib import Path

from kernel.inside import run_inside

from agentos import AgentOSClient


def test_the_client_for_openai_asks_the_kernel(operator: AgentOSClient, tmp_path: Path) -> None:
    said, streamed = run_inside(
        operator,
        tmp_path,
        """
import asyncio
from autogen_agentchat.agents import AssistantAgent
from autogen_core.models import ModelInfo, UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient
async def main():
    client = OpenAIChatCompletionClient(model="default", model_info=ModelInfo(
        vision=False, function_calling=True, json_output=True, structured_output=True, family="unknown"))
    agent = AssistantAgent("assistant", client, system_message="Be brief.")
    said = (await agent.run(task="Anything?")).messages[-1].content
    *_, last = [piece async for piece in client.create_stream([UserMessage(content="Anything?", source="user")])]
    return [said, last.content]
out = asyncio.run(main())
""",
    )
    assert said == streamed == "An answer, a few words long."


def test_the_client_for_openai_steers_it(operator: AgentOSClient, tmp_path: Path) -> None:
    cut, called, none = run_inside(
        operator,
        tmp_path,
        """
import asyncio
from autogen_core.models import ModelInfo, SystemMessage, UserMessage
from autogen_core.tools import FunctionTool
from autogen_ext.models.openai import OpenAIChatCompletionClient
def read_file(path: str) -> str:
    return path
tool = FunctionTool(read_file, description="reads")
def asked(words):
    return [UserMessage(content="Hi", source="user"), SystemMessage(content="Be brief."),
            UserMessage(content=words, source="user")]
async def main():
    client = OpenAIChatCompletionClient(model="default", top_p=0.5, seed=1, presence_penalty=0.5, stop=[","],
        model_info=ModelInfo(vision=False, function_calling=True, json_output=True, structured_output=True,
                             family="unknown"))
    question = asked("What does the file /etc/agentos-test say?")
    called = [(await client.create(question, tools=[tool], tool_choice=choice)).content[0].name
              for choice in ("required", tool)]
    none = await client.create(question, tools=[tool], tool_choice="none")
    return [(await client.create(asked("Anything?"))).content, called, none.content]
out = asyncio.run(main())
""",
    )
    assert cut == none == "An answer"
    assert called == ["read_file", "read_file"]
