# SPDX-License-Identifier: MIT
"""The kernel's shared model as a chat client of agent-framework."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any, ClassVar, Literal

from agent_framework import (
    BaseChatClient,
    ChatMiddlewareLayer,
    ChatOptions,
    ChatResponse,
    ChatResponseUpdate,
    Content,
    FunctionInvocationLayer,
    FunctionTool,
    Message,
    ResponseStream,
    validate_tool_mode,
)
from agent_framework.observability import ChatTelemetryLayer
from pydantic import BaseModel
from typing_extensions import Self

from agentos import ThinkResult, _dialogue
from agentos._thinking import Thinking
from agentos.tools import SharedClient

from . import _messages

_SETTINGS = ("model", "temperature", "max_tokens", "thinking_level", "timeout", "priority")
_UNDERSTOOD = {*_SETTINGS, "tools", "tool_choice", "response_format", "instructions", "stop"}
# For the framework itself and for its telemetry.
_PASSED_OVER = {"metadata", "user"}


class AgentOSChatOptions(ChatOptions, total=False):
    """Options of one call; of the framework's own also model, temperature, max_tokens, stop, tools and so on.

    Attributes:
        thinking_level: how much the model may think first.
        timeout: seconds, the wait in the kernel's queue included.
        priority: -10 to 10, among the caller's own waiting calls.
    """

    thinking_level: Literal["low", "medium", "high"]
    timeout: float
    priority: int


class AgentOSChatClient(
    FunctionInvocationLayer[AgentOSChatOptions],
    ChatMiddlewareLayer[AgentOSChatOptions],
    ChatTelemetryLayer[AgentOSChatOptions],
    BaseChatClient[AgentOSChatOptions],
):
    """The model that the kernel shares among agents: fairly, within the caller's quota, without a key in this process.

    Attributes:
        model: which model, unless a call names another; the kernel's default when None.
    """

    OTEL_PROVIDER_NAME: ClassVar[str] = "agentos"

    def __init__(self, model: str | None = None, *, socket_path: str | None = None, **settings: Any) -> None:
        """Prepare it; it connects when it is first asked.

        Args:
            model: which model; the kernel's default when None.
            socket_path: the kernel's socket; by default the one that AgentOSClient finds.
            settings: anything that the framework's chat clients take: middleware, function_invocation_configuration...
        """
        super().__init__(**settings)
        self.model = model
        self.socket_path = socket_path
        self._client = SharedClient(socket_path)

    async def __aenter__(self) -> Self:
        """Return itself."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Hang up; the next call connects anew."""
        await self._client.aclose()

    def _inner_get_response(
        self,
        *,
        messages: Sequence[Message],
        stream: bool,
        options: Mapping[str, Any],
        **_: Any,
    ) -> Awaitable[ChatResponse] | ResponseStream[ChatResponseUpdate, ChatResponse]:
        if stream:
            updates = self._stream(messages, options)
            return self._build_response_stream(updates, response_format=options.get("response_format"))
        return self._answer(messages, options)

    async def _answer(self, messages: Sequence[Message], options: Mapping[str, Any]) -> ChatResponse:
        request = await self._request(messages, options)
        answer = await self._client.call_async(lambda client: client.think(**request))
        words = _dialogue.before(answer.content, _stops(options))
        contents = [Content.from_text(words)] if words else []
        return ChatResponse(
            messages=Message("assistant", [*contents, *_messages.calls(answer)]),
            model=answer.model,
            finish_reason=_messages.finish_reason(answer),
            usage_details=_messages.usage(answer),
            response_format=options.get("response_format"),
            additional_properties=_messages.metadata(answer),
            raw_representation=answer,
        )

    async def _stream(
        self, messages: Sequence[Message], options: Mapping[str, Any]
    ) -> AsyncIterator[ChatResponseUpdate]:
        thinking = Thinking(self._client, await self._request(messages, options))
        stops = _stops(options)
        async for piece in thinking:
            if not stops:
                yield ChatResponseUpdate(contents=[Content.from_text(piece)], role="assistant")
        answer = await thinking.result()
        yield _last_update(answer, _dialogue.before(answer.content, stops) if stops else "")

    async def _request(self, messages: Sequence[Message], options: Mapping[str, Any]) -> dict[str, Any]:
        wanted = {name: value for name, value in (await self._validate_options(options)).items() if value is not None}
        unknown = wanted.keys() - _UNDERSTOOD - _PASSED_OVER - _without_effect(wanted)
        if unknown:
            raise ValueError(
                f"AgentOSChatClient takes no {', '.join(sorted(unknown))}; THINK takes {', '.join(_SETTINGS)}"
            )
        instruction, turns = _messages.conversation(messages, wanted.get("instructions"))
        request = {name: wanted[name] for name in _SETTINGS if name in wanted}
        request.setdefault("model", self.model)
        offered, must_call = _offered(wanted)
        if offered:
            request["tools"] = offered
        schema = _schema(wanted.get("response_format"))
        if schema:
            request["response_schema"] = schema
        told = [instruction]
        told += [_dialogue.CALL_A_TOOL] if must_call else []
        told += [_dialogue.ANSWER_IN_JSON] if schema == {} else []
        return {"messages": turns, "system_instruction": _dialogue.instruction(told), **request}


def _without_effect(wanted: Mapping[str, Any]) -> set[str]:
    """Options whose values ask for what is so anyway."""
    neutral = {"store": False, "allow_multiple_tool_calls": True}
    return {name for name, value in neutral.items() if wanted.get(name) is value}


def _offered(wanted: Mapping[str, Any]) -> tuple[list[dict[str, Any]], bool]:
    """The tools to offer, and whether one of them has to be called: which the model is told, and nothing makes it."""
    definitions = [_definition(tool) for tool in wanted.get("tools") or ()]
    choice = validate_tool_mode(wanted.get("tool_choice")) or {"mode": "auto"}
    if choice["mode"] == "none":
        return [], False
    one = choice.get("required_function_name")
    allowed = [one] if one else choice.get("allowed_tools")
    offered = [tool for tool in definitions if allowed is None or tool["name"] in allowed]
    if one and not offered:
        raise ValueError(f"tool_choice wants {one!r}, which is none of {[tool['name'] for tool in definitions]}")
    return offered, choice["mode"] == "required" and bool(offered)


def _definition(tool: Any) -> dict[str, Any]:
    if not isinstance(tool, FunctionTool):
        raise ValueError(f"AgentOSChatClient offers functions only; {tool!r} is none")
    return _dialogue.tool(tool.name, tool.description, tool.parameters())


def _schema(response_format: Any) -> dict[str, Any] | None:
    """The schema that an answer must fit: {} for any JSON."""
    if response_format is None:
        return None
    if isinstance(response_format, type) and issubclass(response_format, BaseModel):
        return response_format.model_json_schema()
    if response_format.get("type") == "json_object":
        return {}
    named = response_format.get("json_schema")
    return dict(named["schema"] if named else response_format)


def _stops(options: Mapping[str, Any]) -> Sequence[str]:
    stop = options.get("stop") or ()
    return [stop] if isinstance(stop, str) else stop


def _last_update(answer: ThinkResult, words: str) -> ChatResponseUpdate:
    contents = [Content.from_text(words)] if words else []
    return ChatResponseUpdate(
        contents=[*contents, *_messages.calls(answer), Content.from_usage(_messages.usage(answer))],
        role="assistant",
        model=answer.model,
        finish_reason=_messages.finish_reason(answer),
        additional_properties=_messages.metadata(answer),
        raw_representation=answer,
    )
