# SPDX-License-Identifier: MIT
"""The wall around what a client may do is the kernel's, whatever the level."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon
from servers import Raw, text

from agentos import AgentOSClient


def serve(kernel: Daemon, *options: str) -> Raw:
    server = Raw(kernel.socket, *options)
    server.initialize()
    return server


def refused(result: dict[str, Any], code: str = "PERMISSION_DENIED") -> bool:
    return bool(result["isError"]) and text(result).startswith(code)


def test_the_host_is_not_there_for_a_sandboxed_client(kernel: Daemon, workspace: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    (workspace / "link").symlink_to(secret)
    with serve(kernel, "--workspace", str(workspace)) as server:
        assert refused(server.call("read_file", path=str(secret)), "NOT_FOUND")
        assert server.call("read_file", path="/workspace/link")["isError"]
        for command in (f"cat {secret}", "cat link", "cat /proc/1/root/etc/hostname"):
            ran = server.call("execute", command=command)
            assert ran["structuredContent"]["exit_code"] != 0
            assert "hidden" not in text(ran)
        assert refused(server.call("write_file", path="/usr/new", content=""))
        # Where the server's own agent came in, nobody else does.
        knock = "import socket; socket.socket(socket.AF_UNIX).connect('/run/agentos-door.sock')"
        ran = server.call("execute", command=f'python3 -c "{knock}"')
        assert "ConnectionRefusedError" in ran["structuredContent"]["stderr"]


def test_a_client_is_no_operator(kernel: Daemon, operator: AgentOSClient, workspace: Path) -> None:
    other = operator.spawn("bystander", command=["/bin/sleep", "600"])
    try:
        with serve(kernel, "--workspace", str(workspace)) as server:
            assert refused(server.call("kill_agent", agent="bystander"))
            assert refused(server.call("read_logs", agent="bystander"))
            assert refused(server.call("get_permissions", agent_id=other.id))
            assert refused(server.call("spawn_agent", name="child", command=["/bin/true"]))
    finally:
        operator.kill(other.id, grace=0)


def test_what_the_kernel_takes_away_is_gone_for_a_server_that_knows_nothing_of_it(
    kernel: Daemon, operator: AgentOSClient, workspace: Path
) -> None:
    with serve(kernel, "--workspace", str(workspace), "--agent", "narrowed") as server:
        assert not server.call("execute", command="true").get("isError")
        (agent,) = [agent for agent in operator.list() if agent.name == "narrowed" and agent.running]
        operator.set_permissions({"can_exec": False}, agent_id=agent.id)
        assert refused(server.call("execute", command="true"))


@pytest.mark.parametrize(
    ("level", "allowed"),
    [
        ("minimal", []),
        ("readonly", ["read_file"]),
        ("sandboxed", ["read_file", "write_file", "execute"]),
        ("standard", ["read_file", "write_file", "execute"]),
        ("unrestricted", ["read_file", "write_file", "execute", "spawn_agent"]),
    ],
)
def test_each_level_allows_what_the_kernel_says(
    kernel: Daemon, workspace: Path, level: str, allowed: list[str]
) -> None:
    (workspace / "file").write_text("content")
    folder = str(workspace) if level in ("standard", "unrestricted") else "/workspace"
    with serve(kernel, "--level", level, "--workspace", str(workspace)) as server:
        results = {
            "read_file": server.call("read_file", path=f"{folder}/file"),
            "write_file": server.call("write_file", path=f"{folder}/new", content=""),
            "execute": server.call("execute", command="pwd"),
            "spawn_agent": server.call("spawn_agent", name=f"by-{level}", command=["/bin/true"]),
        }
    for tool, result in results.items():
        assert refused(result) is (tool not in allowed), (tool, text(result))
    if "execute" in allowed:
        assert results["execute"]["structuredContent"]["stdout"] == f"{folder}\n"


def test_the_permissions_of_the_command_line_narrow_the_level(kernel: Daemon, workspace: Path) -> None:
    with serve(kernel, "--workspace", str(workspace), "--permissions", '{"exec": ["ls"]}') as server:
        assert not server.call("execute", command="ls").get("isError")
        assert refused(server.call("execute", command="pwd"))


def test_limits_hold_for_what_the_client_runs(kernel: Daemon, workspace: Path) -> None:
    with serve(kernel, "--workspace", str(workspace), "--memory", "200M", "--pids", "20") as server:
        (agent,) = server.call("list_agents")["structuredContent"]["agents"]
        assert agent["memory_limit"] == 200 << 20
        bomb = "i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done; wait"
        ran = server.call("execute", command=bomb, timeout=20)["structuredContent"]
        assert "fork" in ran["stderr"].lower()


@pytest.mark.parametrize("level", ["sandboxed", "unrestricted"])
def test_the_agent_ends_with_the_server_however_that_ends(
    kernel: Daemon, operator: AgentOSClient, workspace: Path, level: str
) -> None:
    for ending in (signal.SIGTERM, signal.SIGKILL, None):
        name = f"left-{level}-{ending.name if ending else 'eof'}"
        with serve(kernel, "--workspace", str(workspace), "--level", level, "--agent", name) as server:
            server.call("get_permissions")
            if ending:
                os.kill(server.process.pid, ending)
                server.process.wait(30)
            else:
                code, said = server.end()
                assert (code, said) == (0, "")
        assert operator.wait(name, timeout=30).exit_reason == "exited"
