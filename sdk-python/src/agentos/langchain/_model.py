# SPDX-License-Identifier: MIT
"""The kernel's shared model as a LangChain chat model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any, Literal

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_json_schema, convert_to_openai_tool
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from agentos import ThinkResult, _dialogue
from agentos._thinking import Thinking
from agentos.tools import SharedClient

from . import _messages
from ._structured import read_structured

Tool = dict[str, Any] | type | Callable[..., Any] | BaseTool
_ANY_TOOL = ("any", "required", True)


class ChatAgentOS(BaseChatModel):
    """The model that the kernel shares among agents: fairly, within the caller's quota, without a key in this process.

    Attributes:
        model_name: which model; the kernel's default when None. Also known as `model`.
        temperature: how freely it answers, 0 to 2.
        max_tokens: how long an answer may be.
        thinking_level: how much it may think first.
        timeout: seconds, the wait in the kernel's queue included.
        stop: texts before which an answer is cut off.
        priority: -10 to 10, among the caller's own waiting calls.
        socket_path: the kernel's socket; by default the one that AgentOSClient finds.
    """

    model_config = ConfigDict(populate_by_name=True)

    model_name: str | None = Field(default=None, alias="model")
    temperature: float | None = None
    max_tokens: int | None = None
    thinking_level: Literal["low", "medium", "high"] | None = None
    timeout: float | None = None
    stop: list[str] | None = Field(default=None, alias="stop_sequences")
    priority: int | None = None
    socket_path: str | None = None
    _client: SharedClient = PrivateAttr()

    def model_post_init(self, context: Any) -> None:
        """Make the client, which connects when the model is first asked."""
        super().model_post_init(context)
        self._client = SharedClient(self.socket_path)

    @property
    def _llm_type(self) -> str:
        return "agentos"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model_name": self.model_name, "temperature": self.temperature, "max_tokens": self.max_tokens}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = super()._get_ls_params(stop=stop, **kwargs)
        params["ls_provider"] = "agentos"
        return params

    def bind_tools(
        self, tools: Sequence[Tool], *, tool_choice: str | bool | dict[str, Any] | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools to the model.

        Args:
            tools: anything that LangChain takes as a tool.
            tool_choice: the name of the one tool to offer, or "any" for an answer that calls one of them. The kernel
                has no such switch: the model is told to, and nothing makes it.
            kwargs: settings for the calls.
        """
        offered = [_definition(tool) for tool in tools]
        name = tool_choice.get("function", {}).get("name") if isinstance(tool_choice, dict) else tool_choice
        if isinstance(name, str) and name not in ("auto", "none", *_ANY_TOOL):
            chosen = [tool for tool in offered if tool["name"] == name]
            if not chosen:
                raise ValueError(f"tool_choice {name!r} is none of {[tool['name'] for tool in offered]}")
            return self.bind(tools=chosen, must_call=True, **kwargs)
        if name in _ANY_TOOL:
            return self.bind(tools=offered, must_call=True, **kwargs)
        return self.bind(tools=[] if name == "none" else offered, **kwargs)

    def with_structured_output(
        self,
        schema: dict[str, Any] | type,
        *,
        include_raw: bool = False,
        method: Literal["json_schema", "function_calling", "json_mode"] = "json_schema",
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Have answers fit a schema, which the provider enforces; or by a tool's arguments with "function_calling"."""
        if method == "function_calling":
            return super().with_structured_output(schema, include_raw=include_raw, **kwargs)
        asking = self.bind(
            response_schema=convert_to_json_schema(schema),
            ls_structured_output_format={"kwargs": {"method": method}, "schema": schema},
            **kwargs,
        )
        return read_structured(asking, schema, include_raw)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,  # noqa: ARG002 - given by position
        **kwargs: Any,
    ) -> ChatResult:
        fields = self._fields(messages, kwargs)
        return self._result(self._client.call(lambda client: client.think(**fields)), stop)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,  # noqa: ARG002 - given by position
        **kwargs: Any,
    ) -> ChatResult:
        fields = self._fields(messages, kwargs)
        return self._result(await self._client.call_async(lambda client: client.think(**fields)), stop)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        if stop or self.stop:  # where to cut is only known in the whole
            yield self._whole_chunk(self._generate(messages, stop, run_manager, **kwargs))
            return
        fields = self._fields(messages, kwargs)
        with self._client.call(lambda client: client.think(stream=True, **fields)) as answer:
            streamed = False
            for part in answer:
                streamed = True
                chunk = _chunk(AIMessageChunk(content=part.content))
                if run_manager:
                    run_manager.on_llm_new_token(part.content, chunk=chunk)
                yield chunk
            whole = answer.result()
        yield _chunk(_messages.last_chunk(whole, "" if streamed else whole.content))

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        if stop or self.stop:
            yield self._whole_chunk(await self._agenerate(messages, stop, run_manager, **kwargs))
            return
        fields = self._fields(messages, kwargs)
        thinking = Thinking(self._client, fields)
        async for piece in thinking:
            chunk = _chunk(AIMessageChunk(content=piece))
            if run_manager:
                await run_manager.on_llm_new_token(piece, chunk=chunk)
            yield chunk
        yield _chunk(_messages.last_chunk(await thinking.result(), ""))

    def _fields(self, messages: list[BaseMessage], settings: dict[str, Any]) -> dict[str, Any]:
        """The request: this model's settings, unless the call has its own."""
        known = ("model", "temperature", "max_tokens", "thinking_level", "timeout", "priority")
        unknown = settings.keys() - {*known, "tools", "must_call", "response_schema"}
        if unknown:
            raise ValueError(f"ChatAgentOS takes no {', '.join(sorted(unknown))}; THINK takes {', '.join(known)}")
        instruction, turns = _messages.conversation(messages)
        own = {name: getattr(self, "model_name" if name == "model" else name) for name in known}
        fields = {**own, **{name: value for name, value in settings.items() if name != "must_call"}}
        if settings.get("must_call"):
            instruction = _dialogue.instruction([instruction, _dialogue.CALL_A_TOOL])
        given = {name: value for name, value in fields.items() if value is not None and value != []}
        return {"messages": turns, "system_instruction": instruction, **given}

    def _result(self, answer: ThinkResult, stop: list[str] | None) -> ChatResult:
        content = _dialogue.before(answer.content, stop or self.stop or ())
        return ChatResult(generations=[ChatGeneration(message=_messages.message(answer, content))])

    @staticmethod
    def _whole_chunk(result: ChatResult) -> ChatGenerationChunk:
        fields = {**result.generations[0].message.model_dump(exclude={"type"}), "chunk_position": "last"}
        return _chunk(AIMessageChunk.model_validate(fields))


def _chunk(message: AIMessageChunk) -> ChatGenerationChunk:
    return ChatGenerationChunk(message=message)


def _definition(tool: Tool) -> dict[str, Any]:
    """A tool in the form that THINK takes."""
    function = convert_to_openai_tool(tool)["function"]
    return _dialogue.tool(function["name"], function.get("description"), function.get("parameters"))
