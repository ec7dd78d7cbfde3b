# SPDX-License-Identifier: MIT
"""The contract that LangChain's own tests hold every integration to."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_tests.integration_tests import ChatModelIntegrationTests, ToolsIntegrationTests
from langchain_tests.unit_tests import ChatModelUnitTests, ToolsUnitTests

from agentos.langchain import AgentOSTool, ChatAgentOS


class _Model:
    @property
    def chat_model_class(self) -> type[BaseChatModel]:
        return ChatAgentOS

    @property
    def chat_model_params(self) -> dict[str, Any]:
        return {"model": "offline-1", "temperature": 0}

    @property
    def supports_image_inputs(self) -> bool:
        return True

    @property
    def supports_json_mode(self) -> bool:
        return True

    @property
    def supports_model_override(self) -> bool:
        return True

    @property
    def model_override_value(self) -> str:
        return "offline-1"

    @property
    def has_tool_choice(self) -> bool:
        return True

    @property
    def supported_usage_metadata_details(self) -> dict[str, list[str]]:
        return {"invoke": ["reasoning_output", "cache_read_input"], "stream": ["reasoning_output", "cache_read_input"]}


class TestChatModelUnits(_Model, ChatModelUnitTests):  # type: ignore[misc]
    """Without a kernel."""


class TestChatModel(_Model, ChatModelIntegrationTests):  # type: ignore[misc]
    """Against the kernel."""

    def invoke_with_reasoning_output(self, *, stream: bool = False) -> Any:
        return self._haikus(stream)

    def invoke_with_cache_read_input(self, *, stream: bool = False) -> Any:
        return self._haikus(stream)

    @staticmethod
    def _haikus(stream: bool) -> Any:
        model = ChatAgentOS()
        if not stream:
            return model.invoke("Write me 2 haikus.")
        first, *others = model.stream("Write me 2 haikus.")
        return sum(others, start=first)


class _Execute:
    @property
    def tool_constructor(self) -> type[AgentOSTool]:
        return AgentOSTool

    @property
    def tool_constructor_params(self) -> dict[str, Any]:
        return {"tool": "execute"}

    @property
    def tool_invoke_params_example(self) -> dict[str, Any]:
        return {"command": "echo hello", "timeout": 10}


class TestToolUnits(_Execute, ToolsUnitTests):
    """Without a kernel."""


class TestTool(_Execute, ToolsIntegrationTests):
    """Against the kernel."""
