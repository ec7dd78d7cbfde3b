# SPDX-License-Identifier: MIT
"""The server: which handler answers what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.server.caching import CacheHint
from mcp.server.lowlevel import Server

from agentos import __version__
from agentos._acting import Agent
from agentos.tools import TOOLS, Tool

from ._limits import LIST_MILLISECONDS
from ._prompts import Prompts
from ._resources import Resources
from ._tools import Tools

_INSTRUCTIONS = """\
These tools reach the AgentOS kernel on this machine. All calls are made as one agent of it, "{name}", with the \
permission level {level}{confinement}; its working folder is {folder}. The kernel refuses what the level does not \
allow, with the code PERMISSION_DENIED and the rule that refuses it: get_permissions shows the rules. Commands are run \
with execute; programs that run on their own are started with spawn_agent."""


def make_server(agent: Agent, catalogue: Mapping[str, Tool] = TOOLS) -> Server[Any]:
    """Make a server whose every call is the agent's."""
    tools, resources, prompts = Tools(agent, catalogue), Resources(agent), Prompts(agent)
    unchanging = CacheHint(LIST_MILLISECONDS, "private")
    return Server(
        "agentos",
        title="AgentOS",
        version=__version__,
        instructions=_instructions(agent),
        on_list_tools=tools.list_all,
        on_call_tool=tools.call,
        on_list_resources=resources.list_all,
        on_list_resource_templates=resources.list_templates,
        on_read_resource=resources.read,
        on_list_prompts=prompts.list_all,
        on_get_prompt=prompts.get,
        on_completion=prompts.complete,
        cache_hints={
            "tools/list": unchanging,
            "resources/list": unchanging,
            "resources/templates/list": unchanging,
            "prompts/list": unchanging,
        },
    )


def _instructions(agent: Agent) -> str:
    identity = agent.identity
    return _INSTRUCTIONS.format(
        name=identity.name,
        level=identity.level,
        confinement=", in a sandbox that has no files of the host but this folder's" if identity.sandboxed else "",
        folder=identity.working_folder,
    )
