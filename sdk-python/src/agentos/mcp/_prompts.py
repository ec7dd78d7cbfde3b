# SPDX-License-Identifier: MIT
"""What a person can start from: prompts, and the names that fit into them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    EmbeddedResource,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    TextContent,
    TextResourceContents,
)

from agentos import AgentOSError, tools
from agentos._acting import Agent

from ._limits import COMPLETIONS
from ._resources import LOGS, logs

_TASK = PromptArgument(name="task", description="what is to be done", required=True)
_WORK = Prompt(
    name="work_in_sandbox",
    title="Work in the sandbox",
    description="Do a task with the tools of this server, in its workspace, and check the outcome.",
    arguments=[_TASK],
)
_AGENT = PromptArgument(name="agent", description="the agent's name or id", required=True)
_DIAGNOSE = Prompt(
    name="diagnose_agent",
    title="Diagnose an agent",
    description="Find out from an agent's output why it failed or misbehaves.",
    arguments=[_AGENT],
)

_WORK_TEXT = """\
{task}

Do this with the tools of the agentos server. You work as one agent of the kernel, whose folder is {folder}: keep all \
files there. Look before you change (execute: ls, cat, grep), make small steps, and run what you made to see that it \
works. When a call is refused with PERMISSION_DENIED, get_permissions tells what is allowed; do not try to get around \
it, say what would be needed. At the end tell in a few sentences what you did and what its check showed."""

_DIAGNOSE_TEXT = """\
Find out what is wrong with the agent "{agent}" of the AgentOS kernel. Its last output is attached; list_agents tells \
its state and how it ended, read_logs more of its output. Say what happened first, what it led to, and what you would \
change."""


class Prompts:
    """The handlers of prompts/list, prompts/get and completion/complete."""

    def __init__(self, agent: Agent) -> None:
        """Look things up as that agent."""
        self._agent = agent

    async def list_all(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListPromptsResult:
        """List all prompts."""
        return ListPromptsResult(prompts=[_WORK, _DIAGNOSE])

    async def get(self, _: ServerRequestContext[Any], params: GetPromptRequestParams) -> GetPromptResult:
        """Fill in a prompt."""
        if params.name == _WORK.name:
            return GetPromptResult(description=_WORK.description, messages=self._work(_given(params, _TASK)))
        if params.name == _DIAGNOSE.name:
            messages = await self._diagnose(_given(params, _AGENT))
            return GetPromptResult(description=_DIAGNOSE.description, messages=messages)
        raise _misuse(f"Unknown prompt: {params.name}; there are {_WORK.name} and {_DIAGNOSE.name}")

    def _work(self, task: str) -> list[PromptMessage]:
        text = _WORK_TEXT.format(task=task, folder=self._agent.identity.working_folder)
        return [PromptMessage(role="user", content=TextContent(text=text))]

    async def _diagnose(self, agent: str) -> list[PromptMessage]:
        try:
            written = await logs(self._agent, agent)
        except tools.ArgumentError as misfit:
            raise _misuse(str(misfit)) from None
        except AgentOSError as failure:
            raise MCPError(code=INTERNAL_ERROR, message=tools.explain(failure)) from None
        uri = LOGS.format(name=quote(agent, safe=""))
        attached = TextResourceContents(uri=uri, mime_type="text/plain", text=written)
        return [
            PromptMessage(role="user", content=TextContent(text=_DIAGNOSE_TEXT.format(agent=agent))),
            PromptMessage(role="user", content=EmbeddedResource(resource=attached)),
        ]

    async def complete(self, _: ServerRequestContext[Any], params: CompleteRequestParams) -> CompleteResult:
        """Suggest names of agents, where one belongs; nothing elsewhere, or when they cannot be looked up."""
        names: list[str] = []
        if params.argument.name in ("agent", "name"):
            try:
                agents = (await tools.call_async(await self._agent.client(), "list_agents", {}))["agents"]
            except AgentOSError:
                agents = []
            names = sorted({agent["name"] for agent in agents if agent["name"].startswith(params.argument.value)})
        completion = Completion(values=names[:COMPLETIONS], total=len(names), has_more=len(names) > COMPLETIONS)
        return CompleteResult(completion=completion)


def _given(params: GetPromptRequestParams, argument: PromptArgument) -> str:
    value = (params.arguments or {}).get(argument.name)
    if not value:
        raise _misuse(f"prompt {params.name} needs the argument {argument.name}: {argument.description}")
    return value


def _misuse(message: str) -> MCPError:
    return MCPError(code=INVALID_PARAMS, message=message)
