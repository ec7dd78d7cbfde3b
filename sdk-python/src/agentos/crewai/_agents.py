# SPDX-License-Identifier: MIT
"""Agents of a crew that are ready to use: a role, and the tools that it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from crewai import Agent
from crewai.llms.base_llm import BaseLLM
from crewai.tools import BaseTool

from ._llm import AgentOSLLM
from ._tools import agentos_tools


@dataclass(frozen=True)
class Kind:
    """What an agent is for.

    Attributes:
        role: what it is.
        goal: what it wants.
        backstory: how it works.
        tools: the tools of `agentos.tools` that this takes.
    """

    role: str
    goal: str
    backstory: str
    tools: tuple[str, ...]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "researcher": Kind(
            role="Researcher",
            goal="Find out what is asked, and say where each fact comes from",
            backstory=(
                "You read files and fetch pages rather than rely on memory. You keep what you measured or read apart "
                "from what you conclude, and say so when something cannot be found out."
            ),
            tools=("read_file", "write_file", "execute", "http_request"),
        ),
        "coder": Kind(
            role="Programmer",
            goal="Write programs that do what is asked, and show that they do by running them",
            backstory=(
                "You look at what is there before you change it, make the smallest change that does the job, run it, "
                "and read its output before you call it done."
            ),
            tools=("read_file", "write_file", "execute"),
        ),
        "reviewer": Kind(
            role="Reviewer",
            goal="Find what is wrong in the work of others before its users do",
            backstory=(
                "You read the whole change and run its tests yourself. You report each fault with its place, how to "
                "show it and what would be right, and you change nothing."
            ),
            tools=("read_file", "execute"),
        ),
        "operator": Kind(
            role="Operator of AgentOS",
            goal="Keep the agents of this kernel running, and explain why one that stopped did",
            backstory=(
                "You look at states, logs and limits before you act. You end or start an agent only when the task asks "
                "for it, and you look at permissions when something was refused."
            ),
            tools=(
                "list_agents",
                "read_logs",
                "wait_for_agent",
                "spawn_agent",
                "kill_agent",
                "send_message",
                "receive_messages",
                "get_permissions",
            ),
        ),
    }
)


def AgentOSCrewAgent(  # noqa: N802 - named by what it makes
    kind: str,
    *,
    llm: BaseLLM | None = None,
    tools: Sequence[BaseTool] | None = None,
    socket_path: str | None = None,
    **settings: Any,
) -> Agent:
    """Make a CrewAI agent of one of KINDS.

    Args:
        kind: "researcher", "coder", "reviewer" or "operator".
        llm: what it thinks with; the kernel's default model otherwise.
        tools: in place of the kind's own.
        socket_path: the kernel's socket; by default the one that AgentOSClient finds.
        settings: anything that `crewai.Agent` takes; a role, goal or backstory replaces the kind's.

    Raises:
        ValueError: there is no such kind.
    """
    chosen = KINDS.get(kind)
    if chosen is None:
        raise ValueError(f"there is no kind {kind!r}; there are {', '.join(KINDS)}")
    return Agent(
        **{
            "role": chosen.role,
            "goal": chosen.goal,
            "backstory": chosen.backstory,
            "llm": llm or AgentOSLLM(socket_path=socket_path),
            "tools": agentos_tools(chosen.tools, socket_path) if tools is None else [*tools],
            **settings,
        }
    )
