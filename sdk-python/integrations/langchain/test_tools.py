# SPDX-License-Identifier: MIT
"""The tools, called as a framework calls them."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from kernel.daemon import Daemon
from langchain_core.messages import ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from agentos import AgentOSClient, tools
from agentos.langchain import AgentOSTool, AgentOSToolkit


def call(tool: BaseTool, **arguments: object) -> ToolMessage:
    answer = tool.invoke({"type": "tool_call", "id": "call-1", "name": tool.name, "args": arguments})
    assert isinstance(answer, ToolMessage)
    return answer


def test_the_toolkit_has_every_tool_or_those_that_are_named() -> None:
    assert [tool.name for tool in AgentOSToolkit().get_tools()] == list(tools.TOOLS)
    assert [tool.name for tool in AgentOSToolkit(names=["execute"]).get_tools()] == ["execute"]
    with pytest.raises(tools.UnknownTool, match="did you mean execute"):
        AgentOSToolkit(names=["exekute"])


@pytest.mark.parametrize("name", tools.TOOLS)
def test_a_model_is_told_the_whole_schema(name: str) -> None:
    told = convert_to_openai_tool(AgentOSTool(name))["function"]
    assert told["name"] == name
    assert told["parameters"] == dict(tools.find(name).parameters)


def test_content_is_for_the_model_and_the_artifact_is_the_result(tmp_path: Path) -> None:
    by_name = {tool.name: tool for tool in AgentOSToolkit().get_tools()}
    path = str(tmp_path / "notes")

    assert call(by_name["write_file"], path=path, content="forty-two").status == "success"
    read = call(by_name["read_file"], path=path)
    ran = call(by_name["execute"], command="echo out; echo err >&2; exit 3")

    assert "forty-two" in str(read.content)
    assert read.artifact["size"] == 9
    assert (ran.artifact["exit_code"], ran.artifact["stdout"], ran.artifact["stderr"]) == (3, "out\n", "err\n")


async def test_works_in_asyncio(tmp_path: Path) -> None:
    write, read = AgentOSToolkit(names=["write_file", "read_file"]).get_tools()
    await write.ainvoke({"path": str(tmp_path / "a"), "content": "x"})
    assert "x" in await read.ainvoke({"path": str(tmp_path / "a")})


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("read_file", {}, "path"),
        ("read_file", {"path": 7}, "path"),
        ("read_file", {"path": "/etc/hosts", "colour": "red"}, "colour"),
        ("execute", {"command": "true", "timeout": -1}, "timeout"),
        ("read_file", {"path": "/no/such/file"}, "NOT_FOUND"),
        ("read_file", {"path": "relative"}, "absolute"),
    ],
)
def test_a_failure_is_a_sentence_for_the_model(name: str, arguments: dict[str, object], words: str) -> None:
    answer = call(AgentOSTool(name), **arguments)
    assert answer.status == "error"
    assert words in str(answer.content)


def test_output_that_is_no_text_and_too_much_of_it() -> None:
    answer = call(AgentOSTool("execute"), command="head -c 50000000 /dev/zero | tr '\\0' '\\377'")
    assert len(str(answer.content)) < 2 * tools.TEXT_CHARACTERS
    assert answer.artifact["truncated"]


async def test_cancelling_ends_the_command(operator: AgentOSClient, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 600"
    task = asyncio.create_task(AgentOSTool("execute").ainvoke({"command": command, "timeout": 600}))
    await asyncio.to_thread(operator.exec, f"until [ -e {pid_file} ]; do sleep 0.01; done")

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    pid = pid_file.read_text().strip()
    assert operator.exec(f"while [ -e /proc/{pid} ]; do sleep 0.01; done", timeout=20).success


def test_many_threads_share_one_tool() -> None:
    tool = AgentOSTool("execute")
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda n=n: answers.append(tool.invoke({"command": f"echo {n}"}))) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20


def test_says_how_to_start_a_kernel_that_is_not_running(tmp_path: Path) -> None:
    [tool] = AgentOSToolkit(names=["list_agents"], socket_path=str(tmp_path / "none")).get_tools()
    answer = call(tool)
    assert answer.status == "error"
    assert "agentos daemon" in str(answer.content)


def test_goes_on_with_a_kernel_that_has_come_back() -> None:
    with Daemon() as daemon:
        [tool] = AgentOSToolkit(names=["list_agents"], socket_path=daemon.socket).get_tools()
        assert call(tool).status == "success"
        daemon.stop()
        assert call(tool).status == "error"
        daemon.start()
        assert call(tool).status == "success"
