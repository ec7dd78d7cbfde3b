# SPDX-License-Identifier: MIT
"""The tools, called as agent-framework calls them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from agent_framework import FunctionTool
from kernel.daemon import Daemon

from agentos import AgentOSClient, tools
from agentos.agent_framework import AgentOSTool, agentos_tools


async def call(tool: FunctionTool, **arguments: Any) -> str:
    [content] = await tool.invoke(arguments=arguments)
    assert content.type == "text"
    return content.text or ""


def test_there_is_every_tool_or_those_that_are_named() -> None:
    assert [tool.name for tool in agentos_tools()] == list(tools.TOOLS)
    assert [tool.name for tool in agentos_tools(["execute"])] == ["execute"]
    assert agentos_tools([]) == []
    assert [tool.approval_mode for tool in agentos_tools(["execute"], approval_mode="always_require")] == [
        "always_require"
    ]
    with pytest.raises(tools.UnknownTool, match="did you mean execute"):
        agentos_tools(["exekute"])


@pytest.mark.parametrize("name", tools.TOOLS)
def test_a_model_is_told_the_whole_schema(name: str) -> None:
    told = AgentOSTool(name).to_json_schema_spec()["function"]
    assert told["parameters"].pop("title")
    assert told["parameters"] == dict(tools.TOOLS[name].parameters)
    assert told["description"] == tools.TOOLS[name].description


async def test_a_result_is_text_for_the_model_and_the_whole(tmp_path: Path) -> None:
    write, execute = agentos_tools(["write_file", "execute"])
    await call(write, path=str(tmp_path / "notes"), content="forty-two")
    assert (tmp_path / "notes").read_text() == "forty-two"

    [ran] = await execute.invoke(arguments={"command": "echo out; echo err >&2; exit 3"})

    fields: dict[str, Any] = ran.raw_representation or {}
    assert (fields["exit_code"], fields["stdout"], fields["stderr"]) == (3, "out\n", "err\n")
    assert "exit code 3" in str(ran.text)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("read_file", {}, "INVALID_ARGUMENTS: read_file: path is missing"),
        ("read_file", {"path": 7}, "path must be a string"),
        ("read_file", {"path": "/etc/hosts", "colour": "red"}, "colour is unknown"),
        ("execute", {"command": "true", "timeout": -1}, "timeout"),
        ("execute", {"command": "x" * 200_000}, "at most"),
        ("read_file", {"path": "/no/such/file"}, "NOT_FOUND"),
        ("read_file", {"path": "relative"}, "absolute"),
    ],
)
async def test_a_failure_says_what_would_be_right(name: str, arguments: dict[str, Any], words: str) -> None:
    assert words in await call(AgentOSTool(name), **arguments)


async def test_what_is_null_is_left_out() -> None:
    assert "hello" in await call(AgentOSTool("execute"), command="echo hello", cwd=None)


async def test_output_that_is_no_text_and_too_much_of_it() -> None:
    answer = await call(AgentOSTool("execute"), command="head -c 50000000 /dev/zero | tr '\\0' '\\377'")
    assert len(answer) <= tools.TEXT_CHARACTERS


async def test_cancelling_ends_the_command(operator: AgentOSClient, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 600"
    task = asyncio.create_task(call(AgentOSTool("execute"), command=command, timeout=600))
    await asyncio.to_thread(operator.exec, f"until [ -e {pid_file} ]; do sleep 0.01; done")

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    pid = pid_file.read_text().strip()
    assert operator.exec(f"while [ -e /proc/{pid} ]; do sleep 0.01; done", timeout=20).success


async def test_says_how_to_start_a_kernel_that_is_not_running(tmp_path: Path) -> None:
    [tool] = agentos_tools(["list_agents"], str(tmp_path / "none"))
    assert "agentos daemon" in await call(tool)


async def test_goes_on_with_a_kernel_that_has_come_back() -> None:
    with Daemon() as daemon:
        [tool] = agentos_tools(["list_agents"], daemon.socket)
        assert "there are no agents" in await call(tool)
        daemon.stop()
        assert "CONNECTION_LOST" in await call(tool)
        daemon.start()
        assert "there are no agents" in await call(tool)
