# SPDX-License-Identifier: MIT
"""What goes wrong is said in one sentence, to whoever can do something about it, and nothing else is harmed."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from kernel.daemon import Daemon
from servers import HELLO, PROGRAM, Raw, environment, http_server, text

from agentos import AgentOSClient
from agentos.tools import TEXT_CHARACTERS


@contextmanager
def serving(kernel: Daemon, workspace: Path) -> Iterator[Raw]:
    with Raw(kernel.socket, "--workspace", str(workspace)) as started:
        started.initialize()
        yield started
        assert started.end() == (0, ""), "it says nothing on standard error, whatever it was sent"


@pytest.fixture
def server(kernel: Daemon, workspace: Path) -> Iterator[Raw]:
    """A server that has been shaken hands with."""
    with serving(kernel, workspace) as started:
        yield started


@pytest.fixture(scope="module")
def battered(kernel: Daemon, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Raw]:
    """One server that is sent all the nonsense of this module."""
    with serving(kernel, tmp_path_factory.mktemp("workspace")) as started:
        yield started


def alive(server: Raw) -> bool:
    return server.ask("ping") == {"jsonrpc": "2.0", "id": server.last, "result": {}}


def test_without_a_kernel_every_call_says_how_to_start_one(workspace: Path) -> None:
    with Daemon() as kernel:
        kernel.stop()
        with Raw(kernel.socket, "--workspace", str(workspace)) as server:
            assert server.initialize()["result"]["serverInfo"]["name"] == "agentos"
            assert len(server.ask("tools/list")["result"]["tools"]) == 13
            refused = server.call("execute", command="true")
            assert refused["isError"]
            assert "`agentos daemon`" in text(refused)
            assert len(text(refused).splitlines()) == 1
            error = server.ask("resources/read", uri="agentos://agents")["error"]
            assert "`agentos daemon`" in error["message"]
            completion = server.ask(
                "completion/complete",
                ref={"type": "ref/prompt", "name": "diagnose_agent"},
                argument={"name": "agent", "value": ""},
            )
            assert completion["result"]["completion"]["values"] == []
            kernel.start()
            assert text(server.call("execute", command="echo now")) == "now\n[exit code 0]"
            kernel.stop()
            code, said = server.end()
    assert code == 0
    assert len(said.splitlines()) == 1
    assert "start one with `agentos daemon`" in said


def test_a_kernel_that_dies_in_mid_call_and_comes_back(workspace: Path) -> None:
    with Daemon() as kernel, Raw(kernel.socket, "--workspace", str(workspace)) as server:
        server.initialize()
        for ending in (signal.SIGKILL, signal.SIGTERM):
            asked = server.send("tools/call", name="execute", arguments={"command": "echo > begun; sleep 600"})
            with AgentOSClient(kernel.socket) as operator:
                operator.exec("until [ -e begun ]; do :; done; rm begun", cwd=str(workspace), check=True)
            kernel.stop(ending)
            answer = server.read()
            assert answer["id"] == asked
            # A kernel that is asked to end may have the time to end the command first, and to say so.
            if ending == signal.SIGKILL or answer["result"]["isError"]:
                assert re.match("CONNECTION_LOST: .* not known$", text(answer["result"]))
            else:
                assert answer["result"]["structuredContent"]["exit_code"] > 128
            assert "`agentos daemon`" in text(server.call("execute", command="true"))
            kernel.start()
            assert text(server.call("execute", command="echo back")) == "back\n[exit code 0]"


def test_an_agent_that_was_killed_is_started_anew(server: Raw, operator: AgentOSClient) -> None:
    (agent,) = server.call("list_agents")["structuredContent"]["agents"]
    operator.kill(agent["id"], grace=0)
    (other,) = server.call("list_agents")["structuredContent"]["agents"]
    assert other["id"] != agent["id"]
    assert other["name"] == agent["name"]


@pytest.mark.parametrize(
    ("tool", "arguments", "problem"),
    [
        ("read_file", {}, "path is missing; it must be a string"),
        ("read_file", {"path": 3}, "path must be a string, was 3"),
        ("read_file", {"path": ""}, "path must not be empty"),
        ("read_file", {"path": "/workspace/x", "limit": -1}, "limit must be a whole number from 0 to 524288"),
        ("read_file", {"path": "/workspace/x", "limit": True}, "limit must be a whole number"),
        ("read_file", {"pth": "/workspace/x"}, "pth is unknown; did you mean path?"),
        ("read_file", {"path": "/x", "ofset": 1}, "ofset is unknown; did you mean offset?"),
        ("execute", {"command": ["ls"]}, "command must be a string"),
        ("execute", {"command": "x" * 200_000}, "command must have at most 131071 characters"),
        ("execute", {"command": "true", "env": {"A": 1}}, "env.A must be a string, was 1"),
        ("execute", {"command": "true", "timeout": 1e99}, "timeout must be"),
        ("kill_agent", {"agent": "a b"}, "agent must match"),
        ("send_message", {"to": "x", "message": [1]}, "message must be a string or an object"),
    ],
)
def test_arguments_that_do_not_fit_are_told_to_the_model(
    battered: Raw, tool: str, arguments: dict[str, Any], problem: str
) -> None:
    result = battered.call(tool, **arguments)
    assert result["isError"]
    assert text(result).startswith("INVALID_ARGUMENTS: ")
    assert problem in text(result)
    assert len(text(result)) < 2100


def test_what_is_no_tool_call_is_an_error_of_the_protocol(battered: Raw) -> None:
    for parameters, problem in (
        ({"name": "read_fil", "arguments": {}}, "did you mean read_file?"),
        ({"name": "x" * 100_000, "arguments": {}}, "Unknown tool"),
        ({"name": "read_file", "arguments": [1]}, "Invalid"),
        ({"name": 5}, "Invalid"),
        ({}, "Invalid"),
    ):
        error = battered.ask("tools/call", **parameters)["error"]
        assert error["code"] == -32602
        assert problem in error["message"]
        assert len(error["message"]) < 1000
    assert battered.ask("no/such/method")["error"]["code"] == -32601
    assert alive(battered)


def test_a_file_that_is_too_large_for_the_kernel(battered: Raw) -> None:
    result = battered.call("write_file", path="/workspace/big", content="x" * (2 << 20))
    assert result["isError"]
    assert text(result).startswith("TOO_LARGE: ")
    assert alive(battered)


@pytest.mark.parametrize("progress", [{}, {"progressToken": "p"}], ids=["plain", "told"])
def test_output_of_50_mb_is_cut_and_said_to_be(server: Raw, progress: dict[str, Any]) -> None:
    flood = {"command": "head -c 50000000 /dev/zero | tr '\\\\0' x; echo; echo the end >&2"}
    asked = server.send("tools/call", name="execute", arguments=flood, _meta=progress)
    while (answer := server.read()).get("id") != asked:
        assert len(json.dumps(answer)) < 4000
    result = answer["result"]
    assert result["structuredContent"]["truncated"]
    assert result["structuredContent"]["stderr"] == "the end\n"
    assert len(result["structuredContent"]["stdout"]) <= TEXT_CHARACTERS
    assert len(text(result)) < 2 * TEXT_CHARACTERS
    assert "characters left out here" in text(result)


def test_output_that_is_not_utf_8_is_shown_as_such(server: Raw, workspace: Path) -> None:
    ran = server.call("execute", command=r"printf 'a\377b\000c'")
    assert ran["structuredContent"]["stdout"] == "a\ufffdb\0c"
    (workspace / "binary").write_bytes(bytes(range(256)) * 400)
    assert "base64" in text(server.call("read_file", path="/workspace/binary"))
    read = server.call("read_file", path="/workspace/binary", encoding="base64")
    assert read["structuredContent"]["truncated"]
    assert "\ufffd" in text(read)
    whole = server.call("read_file", path="/workspace/binary", encoding="base64", limit=200_000)["structuredContent"]
    assert not whole["truncated"]


def test_a_long_file_is_read_in_parts(server: Raw, workspace: Path) -> None:
    (workspace / "long").write_text("".join(f"line {number}\n" for number in range(10_000)))
    content, offset = "", 0
    while True:
        part = server.call("read_file", path="/workspace/long", offset=offset)["structuredContent"]
        content += part["content"]
        offset += len(part["content"].encode())
        if not part["truncated"]:
            break
    assert content == (workspace / "long").read_text()


JUNK = [
    b"",
    b"not json",
    b"\xff\xfe\x00",
    b"[]",
    b"5",
    b"null",
    b'{"jsonrpc": "2.0"}',
    b'{"jsonrpc": "1.0", "id": 1, "method": "ping"}',
    b'{"jsonrpc": "2.0", "id": {}, "method": "ping"}',
    b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 999}}',
    b'{"jsonrpc": "2.0", "method": "notifications/nothing"}',
    b'{"jsonrpc": "2.0", "id": 999, "result": {}}',
    b"[" * 100_000,
    b'"' + b"x" * 5_000_000 + b'"',
]


@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: repr(junk[:40]))
def test_lines_that_are_no_message_do_no_harm(battered: Raw, junk: bytes) -> None:
    battered.write(junk)
    battered.write(b"\r")
    battered.last += 1
    battered.write(b'{"jsonrpc": "2.0", "id": %d, "method": "ping"}' % battered.last)
    while (answer := battered.read()).get("id") != battered.last:
        assert "error" in answer
    assert answer["result"] == {}


def test_a_message_without_end_is_hung_up_on(kernel: Daemon, workspace: Path) -> None:
    with Raw(kernel.socket, "--workspace", str(workspace)) as server:
        server.initialize()
        assert server.process.stdin is not None
        with suppress(BrokenPipeError):
            for _ in range(65):
                server.process.stdin.write(b"x" * (1 << 20))
        with suppress(BrokenPipeError):
            server.process.stdin.close()
        assert server.process.wait(60) == 0
        assert server.process.stderr is not None
        assert server.process.stderr.read() == b"agentos-mcp: a message of more than 64 MiB came; hanging up\n"


def test_standard_output_is_the_protocols_whatever_is_printed(kernel: Daemon, workspace: Path, tmp_path: Path) -> None:
    """A library that prints when it is loaded, from a thread, by descriptor, from a child and at the end."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys, importlib.abc\n"
        "class Noise(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'mcp':\n"
        "            import atexit, os, subprocess, threading\n"
        "            def noise():\n"
        "                print('NOISE', flush=True)\n"
        "                os.write(1, b'NOISE')\n"
        "                subprocess.run(['echo', 'NOISE'])\n"
        "            noise(); atexit.register(noise)\n"
        "            def on_and_on():\n"
        "                while True: os.write(1, b'NOISE' * 100)\n"
        "            threading.Thread(target=on_and_on, daemon=True).start()\n"
        "sys.meta_path.insert(0, Noise())\n"
    )
    process = subprocess.Popen(
        [PROGRAM, "serve", "--workspace", str(workspace)],
        env=environment(kernel.socket, PYTHONPATH=str(tmp_path)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    asked: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": HELLO},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "execute", "arguments": {"command": "echo quiet"}}},
    ]
    assert process.stdin is not None and process.stdout is not None  # noqa: PT018 - for the type checker
    for message in asked:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n")
    process.stdin.flush()
    answers = [json.loads(process.stdout.readline()) for _ in range(2)]
    rest, _ = process.communicate(timeout=30)
    assert [answer["id"] for answer in answers] == [1, 2]
    assert text(answers[1]["result"]) == "quiet\n[exit code 0]"
    assert rest == b""


def serve(kernel: Daemon, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "serve", *options],
        env=environment(kernel.socket, **variables),
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        cwd="/",
    )


def test_a_command_line_that_makes_no_sense(kernel: Daemon, workspace: Path, tmp_path: Path) -> None:
    here = ("--workspace", str(workspace))
    for options, code, problem in (
        ((), 2, "/ is more than a workspace: name a folder with --workspace DIR"),
        (("--workspace", "/"), 2, "/ is more than a workspace"),
        (("--workspace", str(tmp_path / "absent")), 2, "is no folder"),
        ((*here, "--permissions", "{"), 2, "--permissions is not JSON"),
        ((*here, "--permissions", '{"level": "unrestricted"}'), 2, "the level is given by --level"),
        ((*here, "--permissions", '{"can_fly": true}'), 1, "unknown field permissions.can_fly"),
        ((*here, "--memory", "lots"), 1, "INVALID_REQUEST"),
        ((*here, "--level", "root"), 2, "invalid choice: 'root'"),
        ((*here, "--level", "standard", "--network"), 2, "--network is for a sandbox"),
        ((*here, "--http", "x"), 2, "--http takes PORT or HOST:PORT"),
        ((*here, "--http", "99999"), 2, "--http takes PORT or HOST:PORT"),
        ((*here, "--http", "0.0.0.0:0"), 2, "set AGENTOS_MCP_TOKEN"),
        ((*here, "--agent", "a b"), 1, "INVALID_REQUEST"),
    ):
        ended = serve(kernel, *options)
        assert ended.returncode == code, ended.stderr
        assert problem in ended.stderr
        assert ended.stdout == ""
        assert "Traceback" not in ended.stderr


def test_names_and_ports_that_are_taken(kernel: Daemon, workspace: Path) -> None:
    with Raw(kernel.socket, "--workspace", str(workspace), "--agent", "taken") as server:
        server.initialize()
        server.call("get_permissions")
        other = serve(kernel, "--workspace", str(workspace), "--agent", "taken")
        assert (other.returncode, other.stdout) == (1, "")
        assert re.fullmatch(r'agentos-mcp: ALREADY_EXISTS: .*"taken".*\n', other.stderr)
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = str(busy.getsockname()[1])
        other = serve(kernel, "--workspace", str(workspace), "--http", port)
        assert (other.returncode, other.stdout) == (1, "")
        assert re.fullmatch(r"agentos-mcp: .*[Aa]ddress already in use.*\n", other.stderr)


TOKEN = "only this test's"  # noqa: S105 - as it says


def post(url: str, body: bytes, **headers: str) -> int:
    address = urlsplit(url)
    named = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    named.update({name.replace("_", "-"): value for name, value in headers.items()})
    with closing(HTTPConnection(str(address.hostname), address.port, timeout=60)) as connection:
        connection.request("POST", address.path, body, named)
        return connection.getresponse().status


def test_http_lets_in_neither_other_sites_nor_too_much(kernel: Daemon, workspace: Path) -> None:
    hello = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": HELLO}).encode()
    with http_server(kernel.socket, "--workspace", str(workspace)) as url:
        assert post(url, hello) == 200
        assert post(url, hello, Origin="https://example.com") == 403
        assert post(url, hello, Host="example.com") == 421
        assert post(url, b"", Content_Length=str(5 << 20)) == 413
        assert post(url, b"junk") == 400
        assert post(url, hello) == 200
    with http_server(kernel.socket, "--workspace", str(workspace), AGENTOS_MCP_TOKEN=TOKEN) as url:
        assert post(url, hello) == 401
        assert post(url, hello, Authorization=f"Bearer {TOKEN[:-1]}") == 401
        assert post(url, hello, Authorization=f"Bearer {TOKEN}") == 200


def test_without_the_sdk_it_says_what_to_install() -> None:
    ended = subprocess.run(
        [sys.executable, "-S", "-m", "agentos.mcp", "serve", "--workspace", "/tmp"],
        env={"PYTHONPATH": str(Path(__file__).parents[2] / "src")},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "agentos-mcp: this needs the MCP SDK: pip install 'agentos[mcp]'\n"
