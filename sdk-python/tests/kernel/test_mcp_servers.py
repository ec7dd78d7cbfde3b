# SPDX-License-Identifier: MIT
"""MCP servers that the kernel runs: called by sandboxed agents, in sandboxes of their own, and misbehaving."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon, Spawn
from kernel.model import call, done, script

from agentos import AgentOSClient, agentic
from agentos.mcp_servers import McpError, McpServer, ToolFailed, function_tools
from agentos.mcp_servers._limits import PENDING_CALLS_OF_ONE, TIMED_OUT, TOO_LARGE, UNKNOWN_METHOD

AGENTS = Path(__file__).parent / "agents"
PATIENCE_SECONDS = 60

SERVER = f"""
[mcp.servers.NAME]
command = ["/usr/bin/python3", "/srv/mcp_server.py"ARGUMENTS]
env = {{ PYTHONSTARTUP = "/nowhere", WORD = "kept" }}
max_restarts = 3
[[mcp.servers.NAME.mounts]]
source = "{AGENTS / "mcp_server.py"}"
target = "/srv/mcp_server.py"
"""
THINKER = """
[mcp.servers.thinker]
command = ["/usr/bin/python3", "/srv/mcp_server.py"]
openai = true
permissions = { level = "minimal", can_think = true }
mounts = [{ source = "SOURCE", target = "/srv/mcp_server.py" }]
""".replace("SOURCE", str(AGENTS / "mcp_server.py"))
CONFIGURATION = "".join(
    SERVER.replace("NAME", name).replace("ARGUMENTS", arguments)
    for name, arguments in {"tester": "", "crasher": "", "ancient": ', "ancient"'}.items()
) + (
    THINKER + '[mcp.servers.absent]\ncommand = ["/no/such/program"]\nrestart_policy = "never"\n'
    '[mcp.servers.homeless]\ncommand = ["true"]\nworkspace = "/no/such/folder"\n'
)

TALKS = {
    "borrower": [
        call("tester__echo", words="borrowed"),
        call("tester__read", path="/etc/shadow"),
        call("tester__echo", nonsense=1),
        done("it works"),
    ]
}


@pytest.fixture(scope="module")
def kernel() -> Iterator[Daemon]:
    with Daemon(script(TALKS), configuration=CONFIGURATION) as daemon:
        yield daemon


@pytest.fixture
def server(operator: AgentOSClient) -> McpServer:
    return McpServer(operator, "tester")


def words_of(result: dict[str, Any]) -> str:
    (part,) = result["content"]
    return str(part["text"])


def log_of(client: AgentOSClient, name: str) -> list[str]:
    return [entry.line for entry in client.logs(name, lines=1000).entries]


def test_a_sandboxed_agent_calls_a_tool_through_the_kernel(spawn: Spawn, operator: AgentOSClient) -> None:
    arguments = json.dumps({"words": "hello from inside"})
    caller = spawn("caller", "mcp_caller.py", args=["tester", "echo", arguments], permissions={"level": "sandboxed"})

    assert operator.wait(caller.id, timeout=PATIENCE_SECONDS).exit_code == 0, log_of(operator, "caller")
    answer = json.loads(log_of(operator, "caller")[0])
    assert answer == {"tools": 19, "content": [{"type": "text", "text": "hello from inside"}]}


def test_the_server_has_a_sandbox_of_its_own(server: McpServer, spawn: Spawn, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("for the caller's eyes")
    spawn("owner", "quiet.py", workspace=str(tmp_path))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        # What is tried is there to be had, without a sandbox.
        socket.create_connection(listener.getsockname()).close()
        port = listener.getsockname()[1]
        attempts = {
            "shadow": server.call("read", {"path": "/etc/shadow"}),
            "workspace": server.call("read", {"path": "/workspace/secret.txt"}),
            "the same by its path": server.call("read", {"path": str(secret)}),
            "network": server.call("connect", {"host": "127.0.0.1", "port": port}),
        }

    assert Path("/etc/shadow").exists()
    assert all(result["isError"] and words_of(result).startswith("kept out") for result in attempts.values()), attempts


def test_one_that_may_asks_the_llm_as_openai_is_asked(operator: AgentOSClient, server: McpServer) -> None:
    asked = McpServer(operator, "thinker").call("ask_llm", {"words": "hello"})
    refused = server.call("ask_llm", {"words": "hello"})

    assert not asked.get("isError"), asked
    assert words_of(asked).startswith("got in: ")
    assert words_of(refused) == "kept out: ConnectionRefusedError"


def test_the_kernel_runs_it_sandboxed_with_few_rights(operator: AgentOSClient) -> None:
    agent = next(agent for agent in operator.list() if agent.name == "mcp-tester")
    may = operator.get_permissions(agent.id).permissions

    assert agent.sandboxed
    assert may["level"] == "minimal"
    assert not any(may[right] for right in ("can_exec", "can_read", "can_write", "can_think", "can_spawn", "can_http"))


def test_the_environment_is_the_servers_and_not_the_relays(server: McpServer) -> None:
    assert json.loads(words_of(server.call("place"))) == ["/workspace", "/nowhere", "kept"]


def test_tools_of_all_pages_are_listed(server: McpServer) -> None:
    names = [tool["name"] for tool in server.tools()]

    assert len(names) == len(set(names)) == 19


def test_an_unknown_tool_and_an_unknown_method_are_errors(server: McpServer) -> None:
    with pytest.raises(McpError, match="unknown tool nothing"):
        server.call("nothing")
    with pytest.raises(McpError, match="tools/call") as caught:
        server.request("logging/setLevel", {"level": "debug"})
    assert caught.value.code == UNKNOWN_METHOD


def test_a_server_that_does_not_run_is_named(operator: AgentOSClient) -> None:
    with pytest.raises(McpError, match=r"no MCP server weather runs: see \[mcp\.servers\.weather\]"):
        McpServer(operator, "weather").tools()


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("garbage", {}, "after garbage"),
        ("flood", {"lines": 100_000}, "after the flood"),
        ("endless_line", {"size": 32 << 20}, "after the line"),
        ("ask_us", {}, "[{}, -32601]"),
    ],
)
def test_noise_does_not_hide_the_answer(server: McpServer, tool: str, arguments: dict[str, Any], words: str) -> None:
    assert words_of(server.call(tool, arguments)) == words
    assert words_of(server.call("echo", {"words": "still here"})) == "still here"


@pytest.mark.parametrize("size", [1 << 20, 8 << 20], ids=["for a message", "for a line"])
def test_an_answer_that_is_too_large_is_an_error(server: McpServer, size: int) -> None:
    with pytest.raises(McpError, match="too large") as caught:
        server.call("large", {"size": size})
    assert caught.value.code == TOO_LARGE
    assert len(words_of(server.call("large", {"size": 900_000}))) == 900_000


@pytest.mark.parametrize("tool", ["half", "deep", "no_result"])
def test_an_answer_that_is_none_is_an_error(server: McpServer, tool: str) -> None:
    with pytest.raises(McpError, match="answer"):
        server.call(tool)


def test_a_server_that_never_answers_costs_its_caller_the_time_and_nobody_else(
    server: McpServer, kernel: Daemon
) -> None:
    failed: list[McpError] = []

    def give_up() -> None:
        with AgentOSClient(kernel.socket) as client, pytest.raises(McpError, match="in time") as caught:
            McpServer(client, "tester").call("never", timeout=4)
        failed.append(caught.value)

    thread = threading.Thread(target=give_up)
    thread.start()
    assert words_of(server.call("echo", {"words": "meanwhile"})) == "meanwhile"
    assert not failed, "the other caller waits still"
    thread.join(PATIENCE_SECONDS)
    assert [error.code for error in failed] == [TIMED_OUT]


def test_one_agent_leaves_the_others_room(server: McpServer, kernel: Daemon) -> None:
    with AgentOSClient(kernel.socket) as greedy:
        for number in range(PENDING_CALLS_OF_ONE + 1):
            params = {"name": "never", "arguments": {}}
            message = {"mcp": str(number), "method": "tools/call", "params": params, "timeout": 5}
            greedy.send("mcp-tester", message)
        refused = greedy.recv(1, wait=PATIENCE_SECONDS, sender="mcp-tester").messages[0].message

        assert refused["mcp"] == str(PENDING_CALLS_OF_ONE)
        assert "try again" in refused["error"]["message"]
        assert words_of(server.call("echo", {"words": "room"})) == "room"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"method": "tools/call", "params": []}, "params must be an object"),
        ({"method": "tools/list", "timeout": 0}, "timeout"),
        ({"method": "tools/list", "timeout": "5"}, "timeout"),
        ({"method": "tools/list", "timeout": 1e9}, "timeout"),
        ({"method": 5}, "no such method"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(operator: AgentOSClient, message: dict[str, Any], words: str) -> None:
    operator.send("mcp-tester", {"mcp": "call", **message})

    answer = operator.recv(1, wait=PATIENCE_SECONDS, sender="mcp-tester").messages[0].message
    assert answer["mcp"] == "call"
    assert words in answer["error"]["message"]


def test_what_is_no_call_is_not_answered(operator: AgentOSClient, server: McpServer) -> None:
    messages: list[Any] = [
        None,
        [],
        "x",
        {"method": "tools/list"},
        {"mcp": 5, "method": "tools/list"},
        {"mcp": "answer"},
    ]
    for message in messages:
        operator.send("mcp-tester", message)

    assert words_of(server.call("echo", {"words": "next"})) == "next"
    assert operator.recv().count == 0


def test_a_server_that_crashes_in_mid_call_is_told_and_started_again(operator: AgentOSClient) -> None:
    crasher = McpServer(operator, "crasher")
    with pytest.raises(McpError, match="ended with exit code 7"):
        crasher.call("crash")

    # The next call waits in the mailbox for the next run.
    assert words_of(crasher.call("echo", {"words": "risen"})) == "risen"
    agent = next(agent for agent in operator.list() if agent.name == "mcp-crasher")
    assert agent.restarts == 1


def test_servers_that_cannot_be_used_say_so_in_their_logs(kernel: Daemon, operator: AgentOSClient) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    ended = operator.wait("mcp-absent", timeout=PATIENCE_SECONDS)
    assert ended.exit_code == 1
    assert "relay: /no/such/program: No such file or directory" in log_of(operator, "mcp-absent")

    # Given up after its restarts.
    assert operator.wait("mcp-ancient", timeout=deadline - time.monotonic()).restarts == 3
    assert any("speaks none of the revisions" in line for line in log_of(operator, "mcp-ancient"))
    assert "mcp.servers.homeless can't be started: workspace /no/such/folder is no folder" in kernel.log.read_text()


def test_their_tools_stand_beside_ours_in_the_loop(operator: AgentOSClient) -> None:
    borrowed = function_tools(operator, "tester")
    names = [tool.name for tool in borrowed]
    # Of "with space" and "with.space" there is one.
    assert len(names) == len(set(names)) == 18
    assert "tester__with_space" in names
    by_name = {tool.name: tool for tool in borrowed}
    assert by_name["tester__fields"]() == '{"a": 1}'
    assert by_name["tester__picture"]() == "[image, image/png: not shown]"
    with pytest.raises(ToolFailed, match="kept out"):
        by_name["tester__read"](path="/etc/shadow")


def test_agentos_agent_offers_them_to_the_model(kernel: Daemon, tmp_path: Path) -> None:
    command = [
        *(
            "python3",
            "-m",
            "agentos.agentic",
            "the task of borrower",
            "--name",
            "borrower",
            "--workspace",
            str(tmp_path),
        ),
        *("--mcp", "tester", "--mcp", "tester", "--tools", "read", "--json"),
    ]
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(Path(agentic.__file__).parents[2]),
        "AGENTOS_SOCKET": kernel.socket,
    }
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)

    assert ran.returncode == 0, ran.stderr
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [tool["name"] for tool in events[0]["tools"]][:2] == ["read_file", "tester__echo"]
    assert events[0]["about"]["mcp"] == ["tester"]
    results = [(event["tool"], event.get("code"), event["text"]) for event in events if event["type"] == "result"]
    assert results[0] == ("tester__echo", None, "borrowed")
    assert results[1] == ("tester__read", "TOOL_FAILED", "ToolFailed: kept out: FileNotFoundError")
    # The server itself did not expect this, and ends; the model is told, and goes on.
    assert results[2][:2] == ("tester__echo", "TOOL_FAILED")
    assert results[-1][0] == "done"


def test_agentos_agent_names_a_server_that_does_not_run(kernel: Daemon, tmp_path: Path) -> None:
    with AgentOSClient(kernel.socket) as client:
        command = [
            "/usr/bin/python3",
            "-m",
            "agentos.agentic",
            "task",
            "--workspace",
            str(tmp_path),
            "--mcp",
            "weather",
        ]
        environment = {"PYTHONPATH": str(Path(agentic.__file__).parents[2]), "AGENTOS_SOCKET": kernel.socket}
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)

        assert client.list()
    assert ran.returncode == 5
    assert "no MCP server weather runs" in ran.stderr


def test_a_field_that_is_unknown_keeps_the_kernel_from_starting() -> None:
    wrong = '[mcp.servers.notes]\ncommand = ["x"]\nlimits = { memroy = "1G" }\n'
    with pytest.raises(AssertionError, match=r"mcp\.servers\.notes in .*: unknown field limits\.memroy"):
        Daemon(configuration=wrong).__enter__()
