# SPDX-License-Identifier: MIT
"""Tries the SDK from inside a sandbox and prints what came of it, one JSON object."""

import asyncio
import json
import os
from collections.abc import Callable

from agentos import AgentOSClient, AsyncAgentOSClient, KernelError, TransportError


def outcome(call: Callable[..., object], *arguments: object, **options: object) -> object:
    """What a call returned, or the code of its refusal."""
    try:
        return call(*arguments, **options)
    except KernelError as error:
        return error.code
    except TransportError as error:
        return type(error).__name__


async def with_asyncio() -> list[str]:
    async with AsyncAgentOSClient() as client:
        return await asyncio.gather(*(client.echo(str(turn)) for turn in range(20)))


with AgentOSClient() as client:
    report = {
        "agent_id": client.agent_id,
        "environment_id": os.environ.get("AGENTOS_AGENT_ID"),
        "echo": client.echo("inside"),
        "think": client.think("the capital of France?").content,
        "write": outcome(client.write, "/workspace/note.txt", "from inside"),
        "read": outcome(client.read, "/workspace/note.txt"),
        "write_outside": outcome(client.write, "/etc/hosts", "x"),
        "exec": outcome(client.exec, "cat /workspace/note.txt; echo; id -u"),
        "spawn": outcome(client.spawn, "child", command=["/bin/true"]),
        "own_level": client.get_permissions().permissions["level"],
        "widen": outcome(client.set_permissions, level="unrestricted"),
        "write_outside_after": outcome(client.write, "/etc/hosts", "x"),
        "spawn_after": outcome(client.spawn, "child", command=["/bin/true"]),
        "narrow": outcome(client.set_permissions, level="minimal"),
        "exec_after": outcome(client.exec, "true"),
        "agents": [agent.name for agent in client.list()],
        "asyncio": asyncio.run(with_asyncio()),
    }
print(json.dumps(report), flush=True)
