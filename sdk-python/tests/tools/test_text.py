# SPDX-License-Identifier: MIT
"""What a model reads of results and failures."""

from __future__ import annotations

from binascii import b2a_base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentos import CommandFailed, ConnectionLost, ExecResult, NotRunning, PermissionDenied, tools

DONE = {"stdout": "", "stderr": "", "exit_code": 0, "timed_out": False, "truncated": False}
FILE = {"content": "text\n", "size": 5, "truncated": False, "encoding": "utf-8"}
ANSWER: dict[str, Any] = {"status_code": 200, "headers": {}, "body": "", "encoding": "utf-8", "truncated": False}
AGENT: dict[str, Any] = {
    "name": "worker",
    "id": 7,
    "state": "running",
    "level": "sandboxed",
    "memory_current": 5 << 20,
    "uptime_ms": 9_500,
}


def base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode()


SAID: list[tuple[str, dict[str, Any], str]] = [
    ("read_file", FILE, "text\n"),
    ("read_file", {**FILE, "content": "", "size": 0}, "[the file is empty]"),
    (
        "read_file",
        {**FILE, "content": "te", "truncated": True},
        "te\n[this is a part of the file, which has 5 bytes; read on with offset]",
    ),
    (
        "read_file",
        {**FILE, "content": base64(b"caf\xe9\n"), "encoding": "base64"},
        "caf\ufffd\n[not UTF-8 text: of 5 bytes, those that are none are shown as \ufffd]",
    ),
    ("read_file", {**FILE, "content": base64("é".encode()), "encoding": "base64"}, "é"),
    ("read_file", {**FILE, "content": "x", "encoding": "base64"}, "x\n[this should be base64 but is not]"),
    ("execute", DONE, "[exit code 0]"),
    ("execute", {**DONE, "stdout": "out\n"}, "out\n[exit code 0]"),
    ("execute", {**DONE, "stdout": "out", "stderr": "err\n", "exit_code": 2}, "out\n[stderr]\nerr\n[exit code 2]"),
    (
        "execute",
        {**DONE, "exit_code": 137, "signal": 9, "truncated": True},
        "[the output was longer than the kernel keeps; its end is missing; ended by signal 9; exit code 137]",
    ),
    (
        "execute",
        {**DONE, "exit_code": 137, "signal": 9, "timed_out": True},
        "[it took too long and was ended; exit code 137]",
    ),
    ("http_request", {**ANSWER, "body": "hi"}, "HTTP 200, no content type\n\nhi"),
    (
        "http_request",
        {**ANSWER, "body": "hi", "headers": {"content-type": "text/plain"}, "truncated": True},
        "HTTP 200, text/plain\n\nhi\n[the body was longer than the kernel keeps; its end is missing]",
    ),
    ("ask_model", {"content": "4", "finish_reason": "stop"}, "4"),
    ("ask_model", {"content": "4", "finish_reason": "length"}, "4\n[the answer was cut off at max_tokens]"),
    ("list_agents", {"agents": []}, "there are no agents"),
    ("list_agents", {"agents": [AGENT]}, "worker (id 7): running, level sandboxed, 5 MiB, up 9 s"),
    (
        "list_agents",
        {"agents": [{**AGENT, "state": "failed", "exit_reason": "oom", "exit_code": 137}]},
        "worker (id 7): failed, level sandboxed, oom, exit code 137",
    ),
    ("read_logs", {"entries": []}, "it has written nothing"),
    (
        "read_logs",
        {"entries": [{"stream": "stdout", "line": "a"}, {"stream": "stderr", "line": "b"}]},
        "a\n[stderr] b",
    ),
    ("send_message", {"delivered_to": 7}, '{"delivered_to":7}'),
    ("write_file", {"bytes_written": 3}, '{"bytes_written":3}'),
]


@pytest.mark.parametrize(("tool", "result", "said"), SAID)
def test_results(tool: str, result: dict[str, Any], said: str) -> None:
    assert tools.text(tool, result) == said


def test_a_long_output_keeps_its_head_and_its_tail() -> None:
    long = "".join(f"line {number}\n" for number in range(10_000))

    said = tools.text("execute", {**DONE, "stdout": long}, 1000)

    assert len(said) <= 1000
    assert said.startswith("line 0\nline 1\n")
    assert said.endswith("line 9999\n[exit code 0]")
    assert "characters left out here" in said


@given(long=st.text(max_size=2000), limit=st.integers(min_value=0, max_value=1500))
def test_no_text_is_longer_than_its_limit_and_what_is_missing_is_counted(long: str, limit: int) -> None:
    said = tools.shorten(long, limit)

    assert len(said) <= limit
    assert said == long or limit < len(long)
    if "characters left out here" in said and said != long:
        head, _, rest = said.partition("\n[... ")
        count, _, tail = rest.partition(" characters left out here ...]\n")
        assert long.startswith(head)
        assert long.endswith(tail)
        assert len(head) + int(count) + len(tail) == len(long)


def test_fifty_megabytes_are_no_trouble() -> None:
    data = b"\xff" * (50 << 20)

    assert len(tools.text("read_file", {**FILE, "content": base64(data), "encoding": "base64"})) <= 16_000


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotRunning("long list of sockets"), "NOT_RUNNING: the AgentOS kernel is not running; `agentos daemon`"),
        (ConnectionLost("the kernel hung up"), "CONNECTION_LOST: the kernel hung up; whether the call was carried"),
        (PermissionDenied("write to /etc is outside"), "PERMISSION_DENIED: write to /etc is outside"),
        (tools.ArgumentError("note", "text", "is missing"), "INVALID_ARGUMENTS: note: text is missing"),
        (tools.UnknownTool("there is no tool x"), "UNKNOWN_TOOL: there is no tool x"),
        (CommandFailed(ExecResult(exit_code=3)), "CommandFailed: the command ended with 3"),
        (ValueError("x" * 10_000), "ValueError: xxx"),
    ],
)
def test_failures(error: Exception, said: str) -> None:
    explained = tools.explain(error)

    assert explained.startswith(said)
    assert len(explained) <= 2000


def test_an_unknown_tool_is_told_its_nearest_or_all() -> None:
    with pytest.raises(tools.UnknownTool, match=r"there is no tool 'read_fil'; did you mean read_file\?"):
        tools.find("read_fil")
    with pytest.raises(tools.UnknownTool, match="there are ask_model, execute"):
        tools.find("qqq")
    with pytest.raises(tools.UnknownTool) as raised:
        tools.find("x" * 100_000)
    assert len(str(raised.value)) < 500
