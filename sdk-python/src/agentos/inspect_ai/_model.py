# SPDX-License-Identifier: MIT
"""The kernel's shared model as a model provider of Inspect: `--model agentos/default`, or `agentos/NAME`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from inspect_ai.model import (
    ChatCompletionChoice,
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    ChatMessageTool,
    ChatMessageUser,
    Content,
    ContentImage,
    ContentReasoning,
    ContentText,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
    StopReason,
    modelapi,
)
from inspect_ai.tool import ToolCall, ToolChoice, ToolFunction, ToolInfo
from typing_extensions import override

from agentos import ResourceExhausted, ThinkResult, TransportError, Unavailable, _dialogue
from agentos.tools import SharedClient

Json = dict[str, Any]

# The name for the model that the kernel takes when none is named.
_DEFAULT = "default"
_SETTINGS = ("max_tokens", "temperature")
_STOP_REASONS: dict[str, StopReason] = {"stop": "stop", "length": "max_tokens", "safety": "content_filter"}


@modelapi(name="agentos")
class AgentOSModelAPI(ModelAPI):
    """Asks through THINK: fairly among all agents, and without a key in this process.

    Of GenerateConfig it minds max_tokens, temperature, stop_seqs and response_schema.
    """

    def __init__(  # noqa: PLR0913 - what Inspect gives, and what is ours
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 - as Inspect's own have it
        socket_path: str | None = None,
        timeout: float | None = None,
        priority: int | None = None,
    ) -> None:
        """Prepare it; it connects when it is first asked. What the last three set, `-M NAME=VALUE` sets.

        Args:
            model_name: which model; "default" for the kernel's.
            base_url: of no use here.
            api_key: of no use here; the kernel has it.
            config: see above.
            socket_path: the kernel's socket; by default the one that AgentOSClient finds.
            timeout: seconds for an answer, the wait in the kernel's queue included.
            priority: -10 to 10, among the caller's own waiting calls.
        """
        super().__init__(model_name, base_url, api_key, [], config)
        self._client = SharedClient(socket_path)
        settings = {"model": None if model_name == _DEFAULT else model_name, "timeout": timeout, "priority": priority}
        self._request = {name: value for name, value in settings.items() if value is not None}

    @override
    async def aclose(self) -> None:
        """Hang up."""
        await self._client.aclose()

    @override
    async def generate(
        self, input: list[ChatMessage], tools: list[ToolInfo], tool_choice: ToolChoice, config: GenerateConfig
    ) -> ModelOutput:
        """Have the model answer."""
        told = [message.text for message in input if isinstance(message, ChatMessageSystem)]
        offered = [tool for tool in tools if not isinstance(tool_choice, ToolFunction) or tool.name == tool_choice.name]
        request: Json = {**self._request, "messages": [turn for message in input for turn in _turns(message)]}
        request |= {name: value for name in _SETTINGS if (value := getattr(config, name)) is not None}
        if offered and tool_choice != "none":
            request["tools"] = [_definition(tool) for tool in offered]
            told += [_dialogue.CALL_A_TOOL] if tool_choice != "auto" else []
        if config.response_schema is not None:
            request["response_schema"] = config.response_schema.json_schema.model_dump(exclude_none=True)
        request["system_instruction"] = _dialogue.instruction(told)
        answer = await self._client.call_async(lambda client: client.think(**request))
        return _output(answer, config.stop_seqs or ())

    @override
    def should_retry(self, ex: BaseException) -> bool:
        """When the provider limits the rate, or something is not there now."""
        return isinstance(ex, (ResourceExhausted, Unavailable, TransportError))

    @override
    def connection_key(self) -> str:
        """All models of a kernel share its queue."""
        return "agentos"


def _turns(message: ChatMessage) -> Iterable[Json]:
    if isinstance(message, ChatMessageUser):
        yield _dialogue.user(_parts(message.content))
    elif isinstance(message, ChatMessageAssistant):
        calls = ((call.id, call.function, call.arguments) for call in message.tool_calls or ())
        yield _dialogue.assistant(message.text, calls)
    elif isinstance(message, ChatMessageTool):
        parts = [_dialogue.text(message.error.message)] if message.error else _parts(message.content)
        yield _dialogue.tool_result(message.tool_call_id or "", parts)


def _parts(content: str | list[Content]) -> list[Json]:
    if isinstance(content, str):
        return [_dialogue.text(content)]
    return [_part(part) for part in content if not isinstance(part, ContentReasoning)]


def _part(part: Content) -> Json:
    if isinstance(part, ContentText):
        return _dialogue.text(part.text)
    if isinstance(part, ContentImage):
        return _dialogue.image(part.image)
    raise ValueError(f"agentos has no form for a content of the type {part.type!r}: text and images only")


def _definition(tool: ToolInfo) -> Json:
    return _dialogue.tool(tool.name, tool.description, tool.parameters.model_dump(exclude_none=True))


def _output(answer: ThinkResult, stops: Iterable[str]) -> ModelOutput:
    calls = [ToolCall(call["id"], call["name"], call["arguments"]) for call in answer.tool_calls or ()]
    message = ChatMessageAssistant(
        content=_dialogue.before(answer.content, stops), tool_calls=calls or None, model=answer.model, source="generate"
    )
    reason = "tool_calls" if calls else _STOP_REASONS.get(answer.finish_reason, "unknown")
    used = answer.usage
    return ModelOutput(
        model=answer.model,
        choices=[ChatCompletionChoice(message=message, stop_reason=reason)],
        usage=ModelUsage(
            input_tokens=used.input - used.cached,
            output_tokens=used.output + used.thinking,
            total_tokens=used.input + used.output + used.thinking,
            input_tokens_cache_read=used.cached,
            reasoning_tokens=used.thinking,
        ),
        metadata={"provider": answer.provider, "queue_ms": answer.queue_ms, "latency_ms": answer.latency_ms},
    )
