# SPDX-License-Identifier: MIT
"""The agent loop in the sandbox of an agent: its rights, its tools, its quota."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon
from kernel.model import call, calls, done, script

from agentos import AgentOSClient

AGENTS = Path(__file__).parent / "agents"

TALKS = {
    "insider": [
        calls(
            ("write_file", {"path": "/etc/x", "content": ""}),
            ("execute", {"command": "id -u"}),
            ("spawn_agent", {"name": "x"}),
        ),
        done("no luck"),
    ],
    "pauper": [call("list_agents")],
}


@pytest.fixture(scope="module")
def kernel() -> Iterator[Daemon]:
    with Daemon(script(TALKS)) as daemon:
        yield daemon


def test_inside_a_sandbox_the_loop_has_the_agents_rights_and_tools(kernel: Daemon) -> None:
    events = in_sandbox(kernel, "insider", {"level": "sandboxed"})

    offered = [described["name"] for described in events[0]["tools"]]
    assert offered == ["execute", "read_file", "write_file", "send_message", "receive_messages", "done"]
    assert events[0]["agent"]["level"] == "sandboxed"
    assert "/workspace" in events[0]["instruction"]
    results = [(event["tool"], event["decision"], event.get("code")) for event in events if event["type"] == "result"]
    assert results == [
        ("write_file", "denied", "PERMISSION_DENIED"),
        ("execute", "allowed", None),
        ("spawn_agent", "invalid", "UNKNOWN_TOOL"),
        ("done", "allowed", None),
    ]
    assert events[-1]["answer"] == "no luck"


def test_a_quota_of_the_kernel_ends_the_run(kernel: Daemon) -> None:
    outcome = in_sandbox(kernel, "pauper", {"level": "readonly", "llm": {"max_calls": 2}})[-1]

    assert (outcome["reason"], outcome["code"], outcome["steps"]) == ("quota", "QUOTA_EXCEEDED", 2)


def in_sandbox(kernel: Daemon, name: str, permissions: dict[str, Any]) -> list[dict[str, Any]]:
    with AgentOSClient(kernel.socket) as client:
        spawned = client.spawn(name, str(AGENTS / "thinker.py"), args=["a task"], permissions=permissions)
        record = client.wait(spawned.id, timeout=60)
        entries = client.logs(spawned.id, lines=1000).entries
    assert record.exit_code == 0, [entry.line for entry in entries]
    return [json.loads(entry.line) for entry in entries if entry.stream == "stdout"]
