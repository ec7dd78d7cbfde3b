# SPDX-License-Identifier: MIT
"""The tools, called as CrewAI calls them."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path
from typing import Any

import pytest
from crewai.tools import BaseTool
from crewai.tools.tool_failure import ToolFailure, ToolFailureReason
from crewai.utilities.agent_utils import convert_tools_to_openai_schema
from kernel.daemon import Daemon
from pydantic import TypeAdapter

from agentos import AgentOSClient, tools
from agentos.crewai import KINDS, AgentOSCrewAgent, AgentOSTool, _messages, agentos_tools
from agentos.crewai._tools import schemas_of


def test_there_is_every_tool_or_those_that_are_named() -> None:
    assert [tool.name for tool in agentos_tools()] == list(tools.TOOLS)
    assert [tool.name for tool in agentos_tools(["execute"])] == ["execute"]
    assert agentos_tools([]) == []
    with pytest.raises(tools.UnknownTool, match="did you mean execute"):
        agentos_tools(["exekute"])


@pytest.mark.parametrize("name", tools.TOOLS)
def test_the_schema_is_the_tools_own(name: str) -> None:
    tool = AgentOSTool(name)
    told = tool.args_schema.model_json_schema()
    assert told.pop("title")
    assert told == dict(tool.definition.parameters)


def test_the_model_is_told_that_schema_although_crewai_requires_everything() -> None:
    agent = AgentOSCrewAgent("coder")
    told, _, _ = convert_tools_to_openai_schema(agent.tools or [])
    assert "timeout" in told[2]["function"]["parameters"]["required"]
    offered = _messages.offered(told, schemas_of(None, agent))
    assert {tool["name"]: tool["parameters"] for tool in offered} == {
        name: dict(tools.TOOLS[name].parameters) for name in KINDS["coder"].tools
    }


def test_what_it_returns_is_for_the_model(tmp_path: Path) -> None:
    write, read, execute = agentos_tools(["write_file", "read_file", "execute"])
    path = str(tmp_path / "notes")
    write.run(path=path, content="forty-two")
    assert "forty-two" in read.run(path=path)
    ran = execute.run(command="echo out; echo err >&2; exit 3")
    assert "out\n[stderr]\nerr\n" in ran
    assert "exit code 3" in ran


def test_a_structured_tool_works_the_same() -> None:
    execute = AgentOSTool("execute").to_structured_tool()
    assert "hello" in execute.invoke({"command": "echo hello"})
    assert "hello" in execute.invoke('{"command": "echo hello", "cwd": null}')


def test_works_in_asyncio(tmp_path: Path) -> None:
    async def body() -> None:
        write, read = agentos_tools(["write_file", "read_file"])
        await write.arun(path=str(tmp_path / "a"), content="x")
        assert "x" in await read.arun(path=str(tmp_path / "a"))
        assert isinstance(await read.arun(path=str(tmp_path / "none")), ToolFailure)

    asyncio.run(body())


@pytest.mark.parametrize(
    ("name", "arguments", "code", "words"),
    [
        ("read_file", {}, "INVALID_ARGUMENTS", "path is missing"),
        ("read_file", {"path": 7}, "INVALID_ARGUMENTS", "path must be a string"),
        ("read_file", {"path": "/etc/hosts", "colour": "red"}, "INVALID_ARGUMENTS", "colour is unknown"),
        ("execute", {"command": "true", "timeout": -1}, "INVALID_ARGUMENTS", "timeout"),
        ("execute", {"command": "x" * 200_000}, "INVALID_ARGUMENTS", "at most"),
        ("read_file", {"path": "/no/such/file"}, "NOT_FOUND", "/no/such/file"),
        ("read_file", {"path": "relative"}, "INVALID_REQUEST", "absolute"),
    ],
)
def test_a_failure_says_what_would_be_right(name: str, arguments: dict[str, Any], code: str, words: str) -> None:
    failure = AgentOSTool(name).run(**arguments)
    assert isinstance(failure, ToolFailure)
    assert failure.code == code
    assert words in failure.as_agent_message()
    assert (failure.reason is ToolFailureReason.INVALID_INPUT) == (code == "INVALID_ARGUMENTS")


def test_output_that_is_no_text_and_too_much_of_it() -> None:
    answer = AgentOSTool("execute").run(command="head -c 50000000 /dev/zero | tr '\\0' '\\377'")
    assert len(answer) <= tools.TEXT_CHARACTERS


def test_cancelling_ends_the_command(operator: AgentOSClient, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    command = f"echo $$ > {pid_file}.new; mv {pid_file}.new {pid_file}; exec sleep 600"

    async def body() -> None:
        task = asyncio.create_task(AgentOSTool("execute").arun(command=command, timeout=600))
        await asyncio.to_thread(operator.exec, f"until [ -e {pid_file} ]; do sleep 0.01; done")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(body())
    pid = pid_file.read_text().strip()
    assert operator.exec(f"while [ -e /proc/{pid} ]; do sleep 0.01; done", timeout=20).success


def test_many_threads_share_one_tool() -> None:
    tool = AgentOSTool("execute")
    answers: list[str] = []
    threads = [threading.Thread(target=lambda n=n: answers.append(tool.run(command=f"echo {n}"))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(answer.split()[0]) for answer in answers) == list(range(20))


def test_a_usage_limit_of_crewai_holds() -> None:
    tool = AgentOSTool("execute", max_usage_count=1)
    assert "exit code 0" in tool.run(command="true")
    assert "usage limit" in tool.run(command="true").message


def test_it_can_be_restored_from_a_checkpoint() -> None:
    kept = AgentOSTool("execute", max_usage_count=3).model_dump_json()
    [restored] = TypeAdapter(list[BaseTool]).validate_python([json.loads(kept)])
    assert isinstance(restored, AgentOSTool)
    assert restored.max_usage_count == 3
    assert not restored.cache_function()
    assert "hello" in restored.run(command="echo hello")


def test_says_how_to_start_a_kernel_that_is_not_running(tmp_path: Path) -> None:
    [tool] = agentos_tools(["list_agents"], str(tmp_path / "none"))
    failure = tool.run()
    assert failure.code == "NOT_RUNNING"
    assert "agentos daemon" in failure.message


def test_goes_on_with_a_kernel_that_has_come_back() -> None:
    with Daemon() as daemon:
        [tool] = agentos_tools(["list_agents"], daemon.socket)
        assert isinstance(tool.run(), str)
        daemon.stop()
        assert isinstance(tool.run(), ToolFailure)
        daemon.start()
        assert isinstance(tool.run(), str)
