# SPDX-License-Identifier: MIT
"""The tools for dealing with other agents: starting, watching and ending them, and messages."""

from __future__ import annotations

from typing import Any

from . import _schemas as s
from ._text import agents_words, log_words
from ._tool import Hints, Tool

# A name is checked here so that it is refused with words that a model understands.
_NAME = {"minLength": 1, "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.@-]*$"}
_AGENT = s.text("the agent's name, or its id in digits", s.NAME_CHARACTERS, **_NAME)
_LEVELS = ("unrestricted", "standard", "sandboxed", "readonly", "minimal")


def _target(arguments: dict[str, Any]) -> dict[str, Any]:
    """An agent is told by one word; one that is all digits is its id."""
    agent = arguments.pop("agent")
    return {**arguments, "name": int(agent) if agent.isdecimal() else agent}


def _receiver(arguments: dict[str, Any]) -> dict[str, Any]:
    to = arguments["to"]
    return {**arguments, "to": int(to) if to.isdecimal() else to}


def _waiting(arguments: dict[str, Any]) -> dict[str, Any]:
    # The kernel's own default is an hour: too long for a model that only forgot to say.
    return _target({"timeout": 60, **arguments})


def _mailbox(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"max_messages": arguments.get("max", 10), "wait": arguments.get("wait", 0)}


def _spawning(arguments: dict[str, Any]) -> dict[str, Any]:
    level = arguments.pop("level", None)
    return {**arguments, "permissions": {"level": level}} if level else arguments


SPAWN_AGENT = Tool(
    name="spawn_agent",
    title="Start an agent",
    description=(
        "Start an agent: a program that runs on its own, in a sandbox with its own /workspace, until it ends or is "
        "killed. Give either command (the program as the sandbox sees it, with its arguments) or script (a Python file "
        "on the host; operators only). It may do at most what its starter may. Needs the right can_spawn. Returns at "
        "once; wait_for_agent tells how it ended, read_logs what it wrote."
    ),
    parameters=s.parameters(
        "name",
        name=s.text("how others call it; unique among the living", s.NAME_CHARACTERS, **_NAME),
        command=s.words("the program and its arguments; no shell reads them", 1),
        script=s.text("absolute path of a Python program on the host", s.PATH_CHARACTERS, minLength=1),
        args=s.words("arguments for the script"),
        env=s.texts_by_name("environment variables to add"),
        level=s.choice("what it may do; sandboxed by default", *_LEVELS),
        network={"type": "boolean", "description": "the host's network; operators only", "default": False},
        restart_policy=s.choice(
            "whether it is started again when it ends", "never", "on-failure", "always", default="never"
        ),
        workspace=s.text("folder on the host to show it as /workspace; operators only", s.PATH_CHARACTERS),
        limits=s.parameters(
            memory=s.text('memory, such as "256M"', 32),
            cpu={"type": "number", "description": "cores, such as 0.5", "minimum": 0.01, "maximum": 1024},
            max_pids=s.whole("processes and threads", 1, 1 << 22),
            wall_time=s.seconds("seconds until it is ended", 366 * 86_400, 366 * 86_400),
        ),
    ),
    result=s.result(
        id="integer",
        name="string",
        pid="integer",
        status="string",
        isolation="object: each layer of the sandbox and its state",
        limits="object: each limit, what was requested and what enforces it",
    ),
    hints=Hints(),
    method="spawn",
    keywords=_spawning,
)

KILL_AGENT = Tool(
    name="kill_agent",
    title="End an agent",
    description=(
        "End an agent and everything it started. It is asked first and ended after grace seconds. Only an agent's "
        "starter and operators may."
    ),
    parameters=s.parameters(
        "agent",
        agent=_AGENT,
        grace={"type": "number", "description": "seconds; 0 ends it at once", "minimum": 0, "maximum": 300},
    ),
    result=s.result(
        "exit_reason",
        killed="boolean: false when it had ended already",
        agent_id="integer",
        exit_reason="string",
    ),
    hints=Hints(destructive=True, idempotent=True),
    method="kill",
    keywords=_target,
)

LIST_AGENTS = Tool(
    name="list_agents",
    title="List agents",
    description=(
        "List the agents that the caller may see (an agent sees itself and those it started): name, id, state "
        "(starting, running, paused, stopping, backoff, exited, failed), what they use, how they ended."
    ),
    parameters=s.parameters(),
    result=s.result(
        agents={
            "type": "array",
            "items": s.result(
                "parent exit_code exit_reason detail memory_limit cpu_limit",
                id="integer",
                name="string",
                pid="integer",
                state="string",
                running="boolean: not ended for good",
                sandboxed="boolean",
                uptime_ms="integer",
                parent="integer: id of the agent that started it",
                restarts="integer",
                exit_code="integer",
                exit_reason="string",
                detail="string",
                level="string: of its permissions",
                memory_current="integer: bytes",
                memory_peak="integer: bytes",
                memory_limit="integer: bytes",
                cpu_ms="integer",
                cpu_limit="number: cores",
                pids="integer",
            ),
        }
    ),
    hints=Hints(read_only=True, idempotent=True),
    method="list",
    shape=lambda agents: {"agents": [dict(agent) for agent in agents]},
    words=agents_words,
)

WAIT_FOR_AGENT = Tool(
    name="wait_for_agent",
    title="Wait for an agent",
    description=(
        "Wait until an agent has ended for good, and tell how: exit_reason is exited, signalled, oom, wall_time, "
        "killed or start_failed. If it still runs after timeout, that is an error of the code TIMEOUT; ask again."
    ),
    parameters=s.parameters("agent", agent=_AGENT, timeout=s.seconds("seconds to wait at most", s.WAIT_SECONDS, 60)),
    result=s.result(
        id="integer",
        name="string",
        state="string: exited or failed",
        exit_code="integer: 128 + signal for one that a signal ended",
        signal="integer: 0 for none",
        exit_reason="string",
        detail="string: the same as a sentence",
        restarts="integer",
        usage=s.result(cpu_ms="integer", memory_peak="integer: bytes", wall_ms="integer"),
    ),
    hints=Hints(read_only=True, idempotent=True),
    method="wait",
    keywords=_waiting,
)

READ_LOGS = Tool(
    name="read_logs",
    title="Read an agent's output",
    description=(
        "Return the last lines that an agent wrote to its standard output and error, and what the kernel noted about "
        "it. Works for agents that have ended, too."
    ),
    parameters=s.parameters(
        "agent",
        agent=_AGENT,
        lines=s.whole("at most so many of the last lines", 1, s.LOG_LINES, default=100),
        since={"type": "number", "description": "only those from then on, in seconds since 1970", "minimum": 0},
    ),
    result=s.result(
        entries={
            "type": "array",
            "items": s.result(
                seq="integer",
                time="integer: milliseconds since 1970",
                stream="string: stdout, stderr, or kernel",
                line="string",
            ),
        }
    ),
    hints=Hints(read_only=True, idempotent=True),
    method="logs",
    keywords=_target,
    words=log_words,
)

SEND_MESSAGE = Tool(
    name="send_message",
    title="Send a message",
    description=(
        "Put a message into the mailbox of another agent. Returns once it is there, not once it is read; an answer, "
        "if there is one, comes by receive_messages."
    ),
    parameters=s.parameters(
        "to message",
        to=s.text("the receiver's name, or its id in digits", s.NAME_CHARACTERS, **_NAME),
        message={
            "description": "text, or an object for a receiver that expects one",
            "anyOf": [{"type": "string", "maxLength": s.PAYLOAD_CHARACTERS}, {"type": "object"}],
        },
    ),
    result=s.result(delivered_to="integer: the receiver's id"),
    hints=Hints(),
    method="send",
    keywords=_receiver,
)

RECEIVE_MESSAGES = Tool(
    name="receive_messages",
    title="Receive messages",
    description=(
        "Take messages out of the own mailbox, oldest first. An empty mailbox is no error: after wait seconds the list "
        "is empty. Each message comes once."
    ),
    parameters=s.parameters(
        max=s.whole("at most so many", 1, s.MESSAGES, default=10),
        wait={
            "type": "number",
            "description": "seconds to wait for the first one",
            "minimum": 0,
            "maximum": s.WAIT_SECONDS,
            "default": 0,
        },
    ),
    result=s.result(
        messages={
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "from": {"type": "integer", "description": "the sender's id, as the kernel knows it"},
                    "from_name": {"type": "string"},
                    "message": {"description": "what was sent: any JSON"},
                    "age_ms": {"type": "integer"},
                },
                "required": ["from", "from_name", "message", "age_ms"],
            },
        },
        count="integer",
    ),
    hints=Hints(),
    method="recv",
    keywords=_mailbox,
)

GET_PERMISSIONS = Tool(
    name="get_permissions",
    title="Show permissions",
    description=(
        "Tell what the caller may do: files it may read and write, commands, hosts of http_request (network), and how "
        "many tokens are left. Look here when something was refused with PERMISSION_DENIED."
    ),
    parameters=s.parameters(agent_id=s.whole("another agent's; the caller's own otherwise", 1, (1 << 31) - 1)),
    result=s.result(permissions="object: level, can_*, filesystem, exec, blocked_commands, network, llm"),
    hints=Hints(read_only=True, idempotent=True),
    method="get_permissions",
)
