# SPDX-License-Identifier: MIT
"""The kernel's shared model as a CrewAI LLM."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from crewai.events.types.llm_events import LLMCallType
from crewai.hooks.dispatch import HookAborted
from crewai.llms.base_llm import BaseLLM, LLMCallBlockedError, llm_call_context
from crewai.llms.context_window import CONTEXT_WINDOW_USAGE_RATIO
from pydantic import BaseModel, PrivateAttr

from agentos import ThinkPart, ThinkResult, _dialogue
from agentos.tools import SharedClient

from . import _messages
from ._tools import schemas_of

if TYPE_CHECKING:
    from crewai import Task
    from crewai.agents.agent_builder.base_agent import BaseAgent

    from agentos._async_streams import AsyncStream
    from agentos._streams import Stream

DEFAULT_MODEL = "default"
# Settings of other providers; a value that nothing heeds is refused rather than ignored.
_UNKNOWN_TO_THINK = ("top_p", "seed", "frequency_penalty", "presence_penalty", "n", "api_key", "base_url")
_SETTINGS = ("temperature", "max_tokens", "thinking_level", "timeout", "priority")


class AgentOSLLM(BaseLLM):
    """The model that the kernel shares among agents: fairly, within the caller's quota, without a key in this process.

    Attributes:
        model: which model; "default" is the kernel's default.
        temperature: how freely it answers, 0 to 2.
        max_tokens: how long an answer may be.
        thinking_level: how much it may think first.
        timeout: seconds, the wait in the kernel's queue included.
        stop: texts before which an answer is cut off.
        stream: whether CrewAI's events tell of an answer piece by piece.
        priority: -10 to 10, among the caller's own waiting calls.
        context_window: tokens that the model can read; CrewAI summarizes what is longer. The kernel does not know it.
        socket_path: the kernel's socket; by default the one that AgentOSClient finds.
    """

    llm_type: str = "agentos"
    thinking_level: Literal["low", "medium", "high"] | None = None
    timeout: float | None = None
    priority: int | None = None
    context_window: int = 128_000
    socket_path: str | None = None
    _client: SharedClient = PrivateAttr()

    def __init__(self, model: str = DEFAULT_MODEL, **settings: Any) -> None:
        """Prepare it; it connects when it is first asked.

        Raises:
            ValueError: a setting is none that THINK takes.
        """
        super().__init__(**{"provider": "agentos", **settings, "model": model})
        unknown = [name for name in _UNKNOWN_TO_THINK if getattr(self, name) is not None] + [*self.additional_params]
        if unknown:
            raise ValueError(f"AgentOSLLM takes no {', '.join(unknown)}; THINK takes {', '.join(_SETTINGS)}")
        self._client = SharedClient(self.socket_path)

    def call(  # noqa: PLR0913 - CrewAI's
        self,
        messages: str | list[Any],
        tools: list[dict[str, Any]] | None = None,
        callbacks: list[Any] | None = None,
        available_functions: dict[str, Any] | None = None,
        from_task: Task | None = None,
        from_agent: BaseAgent | None = None,
        response_model: type[BaseModel] | None = None,
    ) -> Any:
        """Ask the model.

        Args:
            messages: a question, or a conversation of dictionaries with role and content.
            tools: what to offer to the model.
            callbacks: passed on to CrewAI's events.
            available_functions: by name, to have a call of the model made at once.
            from_task: whose call it is.
            from_agent: whose call it is.
            response_model: what the answer must fit; the provider enforces it.

        Returns:
            The text; the calls of tools, for CrewAI to make; what a called function returned; or a response_model.

        Raises:
            AgentOSError: there is no answer, and why.
            ValueError: a message has a part that THINK has no form for, or the answer does not fit.
        """
        asked = _Asked(messages, tools, callbacks, available_functions, from_task, from_agent, response_model)
        with self._told(asked):
            fields = self._begin(asked)
            if self._effective_stream():
                answer = self._client.call(lambda client: self._gather(asked, client.think_stream(**fields)))
            else:
                answer = self._client.call(lambda client: client.think(**fields))
            return self._end(asked, answer)

    async def acall(  # noqa: PLR0913 - CrewAI's
        self,
        messages: str | list[Any],
        tools: list[dict[str, Any]] | None = None,
        callbacks: list[Any] | None = None,
        available_functions: dict[str, Any] | None = None,
        from_task: Task | None = None,
        from_agent: BaseAgent | None = None,
        response_model: type[BaseModel] | None = None,
    ) -> Any:
        """Do what `call` does, in asyncio."""
        asked = _Asked(messages, tools, callbacks, available_functions, from_task, from_agent, response_model)
        with self._told(asked):
            fields = self._begin(asked)
            if self._effective_stream():
                answer = await self._client.call_async(lambda c: self._gather_async(asked, c.think_stream(**fields)))
            else:
                answer = await self._client.call_async(lambda client: client.think(**fields))
            return self._end(asked, answer)

    @contextmanager
    def _told(self, asked: _Asked) -> Iterator[None]:
        """Tell CrewAI's listeners of a call that fails."""
        with llm_call_context():
            try:
                yield
            except (HookAborted, LLMCallBlockedError) as denial:
                self._emit_call_denied_event(denial, asked.task, asked.agent)
                raise
            except Exception as error:
                self._emit_call_failed_event(str(error), asked.task, asked.agent)
                raise

    def _begin(self, asked: _Asked) -> dict[str, Any]:
        """Tell that it begins, let hooks see and change the messages, and return the request."""
        self._emit_call_started_event(
            asked.messages, asked.tools, asked.callbacks, asked.functions, asked.task, asked.agent
        )
        asked.messages = self._format_messages(asked.messages)
        self._invoke_before_llm_call_hooks(asked.messages, asked.agent)
        instruction, turns = _messages.conversation(asked.messages)
        fields: dict[str, Any] = {name: getattr(self, name) for name in _SETTINGS}
        fields["model"] = None if self.model == DEFAULT_MODEL else self.model
        fields["tools"] = _messages.offered(asked.tools or (), schemas_of(asked.task, asked.agent)) or None
        fields["response_schema"] = asked.response_model and asked.response_model.model_json_schema()
        return {"messages": turns, "system_instruction": instruction, **fields}

    def _gather(self, asked: _Asked, stream: Stream[ThinkPart, ThinkResult]) -> ThinkResult:
        with stream as parts:
            for part in parts:
                self._emit_stream_chunk_event(part.content, asked.task, asked.agent)
            return parts.result()

    async def _gather_async(
        self, asked: _Asked, opening: Awaitable[AsyncStream[ThinkPart, ThinkResult]]
    ) -> ThinkResult:
        async with await opening as parts:
            async for part in parts:
                self._emit_stream_chunk_event(part.content, asked.task, asked.agent)
            return await parts.result()

    def _end(self, asked: _Asked, answer: ThinkResult) -> Any:
        """Make of an answer what CrewAI takes, and tell of it."""
        usage = _messages.usage(answer)
        self._track_token_usage_internal(usage)
        calls = _messages.calls(answer)
        functions = asked.functions or {}
        for call in calls if functions else ():
            name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
            done = self._handle_tool_execution(name, arguments, functions, asked.task, asked.agent)
            if done is not None:
                return done
        outcome: Any = self._apply_stop_words(answer.content)
        if calls and not functions:
            outcome = calls
        elif asked.response_model:
            outcome = self._validate_structured_output(answer.content, asked.response_model)
        self._emit_call_completed_event(
            response=outcome.model_dump_json() if isinstance(outcome, BaseModel) else outcome,
            call_type=LLMCallType.TOOL_CALL if outcome is calls else LLMCallType.LLM_CALL,
            from_task=asked.task,
            from_agent=asked.agent,
            messages=asked.messages,
            usage=usage,
            finish_reason=answer.finish_reason,
        )
        if isinstance(outcome, str):
            return self._invoke_after_llm_call_hooks(asked.messages, outcome, asked.agent)
        return outcome

    def supports_function_calling(self) -> bool:
        """Say that tools are offered to the model, rather than described to it in words."""
        return True

    def supports_multimodal(self) -> bool:
        """Say that messages may hold images, if the model can see them."""
        return True

    def _multimodal_formatter_name(self) -> str:
        return "openai"  # whose form of an image, a data: URL, is understood here

    def get_context_window_size(self) -> int:
        """Return `context_window`, less what CrewAI keeps free."""
        return int(self.context_window * CONTEXT_WINDOW_USAGE_RATIO)

    def get_input_tokens_count(
        self,
        messages: str | list[Any],
        tools: list[dict[str, Any]] | None = None,
        response_model: type[BaseModel] | None = None,
    ) -> int:
        """Estimate, as only the model's provider can count them."""
        schema = response_model and response_model.model_json_schema()
        asked = [{"content": messages}] if isinstance(messages, str) else messages
        characters = len(json.dumps([tools, schema])) + sum(map(_messages.characters, asked))
        return _dialogue.tokens_at_most(characters)


@dataclass
class _Asked:
    """What CrewAI asks, in the order in which it says it."""

    messages: Any
    tools: list[dict[str, Any]] | None
    callbacks: list[Any] | None
    functions: dict[str, Any] | None
    task: Task | None
    agent: BaseAgent | None
    response_model: type[BaseModel] | None
