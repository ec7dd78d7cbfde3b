# SPDX-License-Identifier: MIT
"""AutoGen's agents on the kernel."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from autogen_agentchat.agents import AssistantAgent, UserProxyAgent
from autogen_agentchat.base import Response
from autogen_agentchat.messages import BaseAgentEvent, BaseChatMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient
from autogen_core.tools import BaseTool

from agentos import AsyncAgentOSClient

from ._model import AgentOSChatCompletionClient
from ._tools import agentos_tools

# What an assistant has when nothing else is said.
WORK_TOOLS = ("read_file", "write_file", "execute", "http_request")
_TOOL_ITERATIONS = 10
# What the kernel lets one RECV wait, at the most.
_WAIT_SECONDS = 3600.0


class AgentOSAssistant(AssistantAgent):
    """An assistant that thinks with the kernel's model and works with the kernel's tools."""

    def __init__(
        self,
        name: str,
        model_client: ChatCompletionClient | None = None,
        *,
        tools: Sequence[str | BaseTool[Any, Any] | Callable[..., Any]] | None = None,
        socket_path: str | None = None,
        **settings: Any,
    ) -> None:
        """Make it.

        Args:
            name: a Python identifier, unique in its team.
            model_client: what it thinks with; the kernel's default model when None.
            tools: names of tools of `agentos.tools`, AutoGen's tools and functions; WORK_TOOLS when None.
            socket_path: the kernel's socket; by default the one that AgentOSClient finds.
            settings: anything that AssistantAgent takes. It may call tools ten times in a row, unless
                max_tool_iterations says otherwise.

        Raises:
            UnknownTool: one of the names is none; the text says which there are.
        """
        if "workbench" not in settings:
            chosen = WORK_TOOLS if tools is None else tools
            ours = {tool.name: tool for tool in agentos_tools([t for t in chosen if isinstance(t, str)], socket_path)}
            settings["tools"] = [ours[tool] if isinstance(tool, str) else tool for tool in chosen]
        client = model_client or AgentOSChatCompletionClient(socket_path=socket_path)
        super().__init__(name, client, **{"max_tool_iterations": _TOOL_ITERATIONS, **settings})


class AgentOSUserProxy(UserProxyAgent):
    """A person, or another agent, in a team: asked at the terminal, or through the kernel's messages.

    An agent of the kernel has no terminal. Whoever is asked by message gets

        {"type": "question", "agent": NAME, "prompt": "...", "messages": [{"source": "coder", "content": "..."}, ...]}

    with what was said since the last question, and answers with text, or JSON: `agentos send --as PERSON NAME "yes"`.
    """

    def __init__(
        self,
        name: str,
        *,
        person: str | int | None = None,
        timeout: float = _WAIT_SECONDS,
        socket_path: str | None = None,
        **settings: Any,
    ) -> None:
        """Make it.

        Args:
            name: a Python identifier, unique in its team; with `person` also the name to send answers to.
            person: name or id of who is asked through the kernel; nobody else's messages count as answers.
            timeout: seconds to wait for an answer through the kernel.
            socket_path: the kernel's socket; by default the one that AgentOSClient finds.
            settings: anything that UserProxyAgent takes: description, input_func.

        Raises:
            ValueError: both person and input_func are given.
        """
        if person is not None and settings.get("input_func"):
            raise ValueError("give either person, who is asked through the kernel, or input_func")
        super().__init__(name, **settings)
        if person is not None:
            self.input_func = self._ask
            self._is_async = True
        self._person: str | int = "" if person is None else person
        self._timeout = timeout
        self._said: Sequence[BaseChatMessage] = ()
        self._client = AsyncAgentOSClient(socket_path)
        self._registered = False

    async def on_messages_stream(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> AsyncGenerator[BaseAgentEvent | BaseChatMessage | Response, None]:
        """Ask; a question through the kernel has these messages with it."""
        self._said = messages
        async for event in super().on_messages_stream(messages, cancellation_token):
            yield event

    async def _ask(self, prompt: str, cancellation_token: CancellationToken | None) -> str:
        answer = asyncio.ensure_future(self._answer(prompt))
        if cancellation_token is not None:
            cancellation_token.link_future(answer)
        return await answer

    async def _answer(self, prompt: str) -> str:
        said = [{"source": message.source, "content": message.to_model_text()} for message in self._said]
        try:
            await self._reach()
            question = {"type": "question", "agent": self.name, "prompt": prompt, "messages": said}
            await self._client.send(self._person, question)
            return await self._received()
        except BaseException:
            # An answer that comes after all is not the one to the next question; and a lost kernel may have come back.
            await self.close()
            raise

    async def _reach(self) -> None:
        await self._client.connect()
        if not self._registered:
            await self._client.register(self.name)
            self._registered = True

    async def _received(self) -> str:
        end = time.monotonic() + self._timeout
        while (left := end - time.monotonic()) > 0:
            received = await self._client.recv(1, wait=min(left, _WAIT_SECONDS), sender=self._person)
            for message in received.messages:
                said = message.message
                return said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
        raise TimeoutError(f"{self._person} did not answer within {self._timeout:g} s")

    async def close(self) -> None:
        """Hang up."""
        self._registered = False
        await self._client.close()
