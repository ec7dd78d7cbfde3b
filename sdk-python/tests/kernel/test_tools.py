# SPDX-License-Identifier: MIT
"""The tools that models are given, performed by a real kernel: what comes back is what their schemas say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentos import AgentOSClient, InvalidRequest, NotFound, TimedOut, tools
from agentos.tools._check import fit


def call(client: AgentOSClient, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """Perform a tool and hold its result against its schema."""
    result = tools.call(client, tool, arguments)
    fit(tools.TOOLS[tool].result, result, tool)
    return result


def test_files(operator: AgentOSClient, tmp_path: Path) -> None:
    path = str(tmp_path / "a.txt")

    assert call(operator, "write_file", path=path, content="é\n") == {"bytes_written": 3}
    assert call(operator, "write_file", path=path, content="two", mode="append") == {"bytes_written": 3}
    whole = call(operator, "read_file", path=path)
    assert tools.text("read_file", whole) == "é\ntwo"
    part = call(operator, "read_file", path=path, offset=3, limit=2)
    assert tools.text("read_file", part).startswith("tw\n[this is a part of the file, which has 6 bytes")


def test_a_file_that_is_no_text(operator: AgentOSClient, tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"caf\xe9\0")
    path = str(tmp_path / "a.bin")

    with pytest.raises(InvalidRequest) as raised:
        call(operator, "read_file", path=path)
    assert "base64" in tools.explain(raised.value)
    result = call(operator, "read_file", path=path, encoding="base64")
    assert tools.text("read_file", result).startswith("caf\ufffd\0\n[not UTF-8")


def test_commands(operator: AgentOSClient, tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"cwd": str(tmp_path), "stdin": "in\n", "env": {"A": "b"}}
    result = call(operator, "execute", command="cat; echo $A; pwd; echo oops >&2; exit 3", timeout=20, **arguments)

    assert tools.text("execute", result) == f"in\nb\n{tmp_path}\n[stderr]\noops\n[exit code 3]"
    ended = call(operator, "execute", command="sleep 60", timeout=0.2)
    assert tools.text("execute", ended).startswith("[it took too long and was ended; exit code")
    killed = call(operator, "execute", command="kill -9 $$")
    assert killed["signal"] == 9


def test_an_output_that_is_no_text_and_fifty_megabytes_long(operator: AgentOSClient) -> None:
    command = "head -c 52428800 /dev/zero | tr '\\0' '\\377'"
    said = tools.text("execute", call(operator, "execute", command=command))

    assert len(said) <= tools.TEXT_CHARACTERS
    assert said.startswith("\ufffd")
    assert "characters left out here" in said
    assert said.endswith("[the output was longer than the kernel keeps; its end is missing; exit code 0]")


def test_a_model(operator: AgentOSClient) -> None:
    result = call(operator, "ask_model", prompt="What is the capital of France?", temperature=0.5, max_tokens=50)

    assert tools.text("ask_model", result) == "I was asked about France"


def test_the_life_of_an_agent(operator: AgentOSClient) -> None:
    limits = {"memory": "64M", "max_pids": 8, "wall_time": 60}
    command = ["/bin/sh", "-c", "echo hello; echo no >&2; sleep 60"]
    spawned = call(operator, "spawn_agent", name="tool.made", command=command, level="readonly", limits=limits)
    listed = call(operator, "list_agents")
    assert f"tool.made (id {spawned['id']}): running, level readonly" in tools.text("list_agents", listed)

    with pytest.raises(TimedOut, match="still running"):
        call(operator, "wait_for_agent", agent="tool.made", timeout=0.1)
    killed = call(operator, "kill_agent", agent=str(spawned["id"]), grace=0)
    assert killed["agent_id"] == spawned["id"]
    assert call(operator, "wait_for_agent", agent="tool.made")["exit_reason"] == "killed"
    said = tools.text("read_logs", call(operator, "read_logs", agent="tool.made", lines=10))
    assert {"hello", "[stderr] no"} <= set(said.splitlines())
    assert call(operator, "list_agents")["agents"][-1]["exit_reason"] == "killed"
    with pytest.raises(NotFound):
        call(operator, "kill_agent", agent="nobody-of-that-name")


@pytest.mark.parametrize("message", ["plain", {"any": ["json", 5, None]}])
def test_messages(operator: AgentOSClient, message: Any) -> None:
    operator.register("tool.reader")
    own = str(operator.agent_id)

    assert call(operator, "send_message", to="tool.reader", message=message) == {"delivered_to": int(own)}
    call(operator, "send_message", to=own, message="second")
    received = call(operator, "receive_messages", wait=5)
    assert [item["message"] for item in received["messages"]] == [message, "second"]
    assert call(operator, "receive_messages") == {"messages": [], "count": 0}


def test_permissions(operator: AgentOSClient) -> None:
    assert call(operator, "get_permissions")["permissions"]["level"] == "unrestricted"
