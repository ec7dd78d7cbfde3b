# SPDX-License-Identifier: MIT
"""The kernel's shared model as an AutoGen model client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Literal

from autogen_core import EVENT_LOGGER_NAME, CancellationToken, Component
from autogen_core.logging import LLMCallEvent, LLMStreamEndEvent, LLMStreamStartEvent
from autogen_core.models import (
    ChatCompletionClient,
    CreateResult,
    LLMMessage,
    ModelFamily,
    ModelInfo,
    RequestUsage,
    validate_model_info,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel
from typing_extensions import Self

from agentos import _dialogue
from agentos._thinking import Thinking
from agentos.tools import SharedClient

from . import _messages

ToolChoice = Tool | Literal["auto", "required", "none"]
_SETTINGS = ("model", "temperature", "max_tokens", "thinking_level", "timeout", "priority")
_EVENTS = logging.getLogger(EVENT_LOGGER_NAME)


class AgentOSChatCompletionClientConfig(BaseModel):
    """The settings of AgentOSChatCompletionClient; see there."""

    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    thinking_level: Literal["low", "medium", "high"] | None = None
    timeout: float | None = None
    priority: int | None = None
    add_name_prefixes: bool = False
    context_window: int = 128_000
    model_info: ModelInfo | None = None
    socket_path: str | None = None


class AgentOSChatCompletionClient(ChatCompletionClient, Component[AgentOSChatCompletionClientConfig]):
    """The model that the kernel shares among agents: fairly, within the caller's quota, without a key in here."""

    component_type = "model"
    component_config_schema = AgentOSChatCompletionClientConfig
    component_provider_override = "agentos.autogen.AgentOSChatCompletionClient"

    def __init__(self, model: str | None = None, **settings: Any) -> None:
        """Prepare it; it connects when it is first asked.

        Args:
            model: which model; the kernel's default when None.
            settings: by name
                temperature: how freely it answers, 0 to 2.
                max_tokens: how long an answer may be.
                thinking_level: how much it may think first: low, medium or high.
                timeout: seconds, the wait in the kernel's queue included.
                priority: -10 to 10, among the caller's own waiting calls.
                add_name_prefixes: begin what users say with who it is, as "NAME said:", as THINK has no names.
                context_window: tokens that the model can read; the kernel does not know it.
                model_info: what the model can, if not everything.
                socket_path: the kernel's socket; by default the one that AgentOSClient finds.

        Raises:
            ValueError: a setting is unknown or of the wrong type.
        """
        unknown = settings.keys() - AgentOSChatCompletionClientConfig.model_fields.keys()
        if unknown:
            raise ValueError(f"AgentOSChatCompletionClient takes no {', '.join(sorted(unknown))}")
        self._config = AgentOSChatCompletionClientConfig(model=model, **settings)
        self._model_info = self._config.model_info or ModelInfo(
            vision=True,
            function_calling=True,
            json_output=True,
            structured_output=True,
            family=ModelFamily.UNKNOWN,
            multiple_system_messages=False,
        )
        validate_model_info(self._model_info)
        self._client = SharedClient(self._config.socket_path)
        self._usage = RequestUsage(0, 0)

    async def create(  # noqa: PLR0913 - AutoGen's
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: ToolChoice = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> CreateResult:
        """Ask the model.

        Args:
            messages: the conversation.
            tools: what it may ask to have called.
            tool_choice: the one tool to offer, "required" for an answer that calls one of them, "none". The kernel has
                no such switch: the model is told to, and nothing makes it.
            json_output: True for an answer in JSON, which the model is told to give; or a model that the answer must
                fit, which the provider enforces.
            extra_create_args: settings in place of the client's own.
            cancellation_token: ends the call, in the kernel too.

        Raises:
            AgentOSError: there is no answer, and why.
            ValueError: an argument is wrong.
        """
        request = self._request(messages, tools, tool_choice, json_output, extra_create_args)
        call = asyncio.ensure_future(self._client.call_async(lambda client: client.think(**request)))
        if cancellation_token is not None:
            cancellation_token.link_future(call)
        result = _messages.result(await call)
        self._count(result.usage)
        _EVENTS.info(LLMCallEvent(messages=request["messages"], **_told(result), tools=request.get("tools", [])))
        return result

    async def create_stream(  # noqa: PLR0913 - AutoGen's
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: ToolChoice = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """Ask the model, and yield its answer while it is produced, then the whole; takes what `create` takes."""
        request = self._request(messages, tools, tool_choice, json_output, extra_create_args)
        thinking = Thinking(self._client, request)
        if cancellation_token is not None:
            cancellation_token.link_future(thinking.task)
        _EVENTS.info(LLMStreamStartEvent(messages=request["messages"]))
        async for piece in thinking:
            yield piece
        result = _messages.result(await thinking.result())
        self._count(result.usage)
        _EVENTS.info(LLMStreamEndEvent(**_told(result)))
        yield result

    def _request(
        self,
        messages: Sequence[LLMMessage],
        tools: Sequence[Tool | ToolSchema],
        tool_choice: ToolChoice,
        json_output: bool | type[BaseModel] | None,
        more: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        unknown = (more or {}).keys() - set(_SETTINGS)
        if unknown:
            raise ValueError(f"THINK takes no {', '.join(sorted(unknown))}; it takes {', '.join(_SETTINGS)}")
        instruction, turns = _messages.conversation(messages, self._config.add_name_prefixes)
        offered = _offered(tools, tool_choice)
        must_call = isinstance(tool_choice, Tool) or tool_choice == "required"
        schema = json_output.model_json_schema() if isinstance(json_output, type) else None
        told = [instruction]
        told += [_dialogue.CALL_A_TOOL] if must_call else []
        told += [_dialogue.ANSWER_IN_JSON] if json_output is True else []
        settings = {name: getattr(self._config, name) for name in _SETTINGS} | dict(more or {})
        given = {name: value for name, value in settings.items() if value is not None}
        if offered:
            given["tools"] = offered
        if schema:
            given["response_schema"] = schema
        return {"messages": turns, "system_instruction": _dialogue.instruction(told), **given}

    def _count(self, usage: RequestUsage) -> None:
        self._usage = RequestUsage(
            self._usage.prompt_tokens + usage.prompt_tokens, self._usage.completion_tokens + usage.completion_tokens
        )

    async def close(self) -> None:
        """Hang up; the next call connects anew."""
        await self._client.aclose()

    def actual_usage(self) -> RequestUsage:
        """Return what was used so far."""
        return self._usage

    def total_usage(self) -> RequestUsage:
        """Return the same: no answer comes out of a cache."""
        return self._usage

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """Estimate, as only the model's provider can count them."""
        instruction, turns = _messages.conversation(messages, self._config.add_name_prefixes)
        characters = _messages.characters(turns, map(_messages.definition, tools))
        return _dialogue.tokens_at_most(len(instruction or "") + characters)

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """Estimate what is left of `context_window`."""
        return self._config.context_window - self.count_tokens(messages, tools=tools)

    @property
    def model_info(self) -> ModelInfo:
        """What the model can."""
        return self._model_info

    @property
    def capabilities(self) -> Any:
        """The same, under its deprecated name."""
        return self._model_info

    def _to_config(self) -> AgentOSChatCompletionClientConfig:
        return self._config

    @classmethod
    def _from_config(cls, config: AgentOSChatCompletionClientConfig) -> Self:
        return cls(**config.model_dump())


def _offered(tools: Sequence[Tool | ToolSchema], choice: ToolChoice) -> list[dict[str, Any]]:
    offered = [_messages.definition(tool) for tool in tools]
    if choice == "none":
        return []
    if isinstance(choice, Tool):
        offered = [tool for tool in offered if tool["name"] == choice.name]
    if (choice == "required" or isinstance(choice, Tool)) and not offered:
        wanted = repr(choice.name) if isinstance(choice, Tool) else "one of them"
        raise ValueError(f"tool_choice wants {wanted}, which is not among the tools that are given")
    return offered


def _told(result: CreateResult) -> dict[str, Any]:
    return {
        "response": result.model_dump(),
        "prompt_tokens": result.usage.prompt_tokens,
        "completion_tokens": result.usage.completion_tokens,
    }
