# SPDX-License-Identifier: MIT
"""The tools, called as AutoGen calls them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from autogen_core import CancellationToken
from autogen_core.tools import StaticWorkbench, ToolResult
from kernel.daemon import Daemon

from agentos import AgentOSClient, tools
from agentos.autogen import AgentOSTool, AgentOSToolResult, agentos_tools


async def call(tool: AgentOSTool, **arguments: Any) -> ToolResult:
    return await StaticWorkbench([tool]).call_tool(tool.name, arguments)


def test_there_is_every_tool_or_those_that_are_named() -> None:
    assert [tool.name for tool in agentos_tools()] == list(tools.TOOLS)
    assert [tool.name for tool in agentos_tools(["execute"])] == ["execute"]
    assert agentos_tools([]) == []
    with pytest.raises(tools.UnknownTool, match="did you mean execute"):
        agentos_tools(["exekute"])


@pytest.mark.parametrize("name", tools.TOOLS)
def test_the_schema_is_the_tools_own(name: str) -> None:
    schema = AgentOSTool(name).schema
    assert schema["parameters"] == tools.TOOLS[name].parameters
    assert schema["description"] == tools.TOOLS[name].description


async def test_a_result_is_text_for_the_model_and_fields(tmp_path: Path) -> None:
    write, execute = agentos_tools(["write_file", "execute"])
    await write.run_json({"path": str(tmp_path / "notes"), "content": "forty-two"}, CancellationToken())
    assert (tmp_path / "notes").read_text() == "forty-two"

    ran = await execute.run_json({"command": "echo out; echo err >&2; exit 3"}, CancellationToken())

    assert isinstance(ran, AgentOSToolResult)
    assert (ran.fields["exit_code"], ran.fields["stdout"], ran.fields["stderr"]) == (3, "out\n", "err\n")
    assert execute.return_value_as_string(ran) == ran.text
    assert "exit code 3" in ran.text


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
    answer = await call(AgentOSTool(name), **arguments)
    assert answer.is_error
    assert words in answer.to_text()


async def test_output_that_is_no_text_and_too_much_of_it() -> None:
    answer = await call(AgentOSTool("execute"), command="head -c 50000000 /dev/zero | tr '\\0' '\\377'")
    assert not answer.is_error
    assert len(answer.to_text()) <= tools.TEXT_CHARACTERS


@pytest.mark.parametrize("way", ["token", "task"])
async def test_cancelling_ends_the_command(operator: AgentOSClient, tmp_path: Path, way: str) -> None:
    pid_file = tmp_path / "pid"
    command = f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 600"
    token = CancellationToken()
    call = asyncio.create_task(AgentOSTool("execute").run_json({"command": command, "timeout": 600}, token))
    await asyncio.to_thread(operator.exec, f"until [ -e {pid_file} ]; do sleep 0.01; done")

    if way == "token":
        token.cancel()
    else:
        call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    pid = pid_file.read_text().strip()
    assert operator.exec(f"while [ -e /proc/{pid} ]; do sleep 0.01; done", timeout=20).success


def test_it_can_be_dumped_and_loaded() -> None:
    loaded = AgentOSTool.load_component(AgentOSTool("execute", socket_path="/s").dump_component())
    assert loaded.dump_component().config == {"name": "execute", "socket_path": "/s"}


async def test_says_how_to_start_a_kernel_that_is_not_running(tmp_path: Path) -> None:
    [tool] = agentos_tools(["list_agents"], str(tmp_path / "none"))
    answer = await call(tool)
    assert answer.is_error
    assert "agentos daemon" in answer.to_text()


async def test_goes_on_with_a_kernel_that_has_come_back() -> None:
    with Daemon() as daemon:
        [tool] = agentos_tools(["list_agents"], daemon.socket)
        assert not (await call(tool)).is_error
        daemon.stop()
        assert (await call(tool)).is_error
        daemon.start()
        assert not (await call(tool)).is_error
