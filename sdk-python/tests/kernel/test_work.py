# SPDX-License-Identifier: MIT
"""Model, files, commands and the connection itself, as an operator, with both clients."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from clients import AnyClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentos import (
    AgentOSClient,
    AlreadyExists,
    CommandFailed,
    ConnectionLost,
    InvalidRequest,
    KernelError,
    NotFound,
    Opcode,
    ResourceExhausted,
    TimedOut,
    TooLarge,
    UnknownSyscall,
    Unsupported,
)
from agentos._opcodes import NAMES


def test_hello_says_who_the_kernel_is(client: AnyClient) -> None:
    assert client.hello() == client.kernel
    assert client.kernel.protocol_version == 1
    assert client.kernel.kernel_version
    assert client.kernel.agent_id == client.agent_id > 0
    assert {name.lower() for name in NAMES.values()} <= set(client.kernel.features)


@pytest.mark.parametrize("size", [0, 1, 16, 17, 18, 65_535, 65_536, 200_000])
def test_noop_returns_the_same_bytes(client: AnyClient, size: int) -> None:
    payload = bytes(turn % 256 for turn in range(size))

    assert client.noop(payload) == payload


def test_the_largest_payload_works_and_one_byte_more_is_not_sent(client: AnyClient) -> None:
    largest = client.kernel.limits["max_payload"]

    assert client.noop(b"x" * largest) == b"x" * largest
    with pytest.raises(TooLarge, match=str(largest)):
        client.noop(b"x" * (largest + 1))
    assert client.echo("still here") == "still here"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_echo_returns_any_text(operator: AgentOSClient, text: str) -> None:
    assert operator.echo(text) == text


def test_exit_is_acknowledged_and_ends_the_connection(client: AnyClient) -> None:
    assert client.exit().success
    with pytest.raises(ConnectionLost):
        client.echo("x")
    client.connect()
    assert client.echo("again") == "again"


def test_a_call_that_no_kernel_has_is_refused_by_name(client: AnyClient) -> None:
    with pytest.raises(UnknownSyscall):
        client.call(0x7F, {})
    assert client.echo("still here") == "still here"


@pytest.mark.parametrize("fields", [{}, {"path": 5}, {"path": "/etc/hosts", "colour": "red"}])
def test_a_request_with_wrong_fields_is_refused_and_the_connection_lives(client: AnyClient, fields: object) -> None:
    with pytest.raises(InvalidRequest):
        client.call(Opcode.READ, fields)
    assert client.echo("still here") == "still here"


def test_think(client: AnyClient) -> None:
    answer = client.think("What is the capital of France?")

    assert answer.success
    assert answer["content"] == answer.content == "I was asked about France"
    assert answer.provider == "offline"
    assert answer.tokens == answer.usage.input + answer.usage.output + answer.usage.thinking
    assert answer.finish_reason == "stop"
    assert answer.queue_ms >= 0
    assert answer.latency_ms >= 0
    assert answer.tool_calls is None


def test_think_with_everything(client: AnyClient) -> None:
    answer = client.think(
        messages=[{"role": "user", "content": "add 1 and 2"}],
        system_instruction="Be brief.",
        temperature=0.5,
        max_tokens=100,
        thinking_level="low",
        tools=[{"name": "add", "description": "adds", "parameters": {"type": "object"}}],
        priority=1,
        timeout=30,
    )

    assert answer.tool_calls[0]["name"] == "add"
    assert answer.tool_calls[0]["arguments"] == {"a": 1, "b": 2}


def test_think_steered(client: AnyClient) -> None:
    add = {"name": "add", "description": "adds"}

    cut = client.think(
        "What is the capital of Peru?", stop=[" about"], top_p=0.5, seed=7, presence_penalty=1, frequency_penalty=-1
    )
    called = client.think("add 1 and 2", tools=[add], tool_choice={"name": "add"})
    said = client.think("add 1 and 2", tools=[add], tool_choice="none")

    assert cut.content == "I was asked"
    assert called.tool_calls[0]["name"] == "add"
    assert said.tool_calls is None
    with pytest.raises(Unsupported, match="tool_choice"):
        client.think("hello", tools=[{"name": "other"}], tool_choice="required")


def test_think_about_a_picture(client: AnyClient) -> None:
    assert client.think("describe it", image=b"\x89PNG\r\n\x1a\n", image_mime_type="image/png").content


def test_think_in_parts(client: AnyClient) -> None:
    with client.think_stream("What is the capital of Peru?") as stream:
        parts = [part.content for part in stream]

    assert stream.result().content == "I was asked about Peru"
    assert "".join(parts) in ("", "I was asked about Peru")
    assert client.think("What is the capital of Peru?", stream=True).result().tokens > 0


def test_think_that_is_refused(client: AnyClient) -> None:
    with pytest.raises(InvalidRequest, match="prompt"):
        client.think()
    with pytest.raises(InvalidRequest, match="thinking_level"):
        client.think("x", thinking_level="enormous")
    with pytest.raises(TimedOut):
        client.think("take your time", timeout=0.2)


def test_a_failure_of_the_provider_is_raised(client: AnyClient) -> None:
    with pytest.raises(ResourceExhausted, match="slow down"):
        client.think("fail", timeout=5)


def test_a_closed_stream_leaves_the_client_usable(client: AnyClient) -> None:
    with client.exec_stream("echo first; sleep 60") as stream:
        first = next(iter(stream))
    assert first.data == "first\n"
    assert client.echo("still here") == "still here"


def test_files(client: AnyClient, tmp_path: Path) -> None:
    path = str(tmp_path / "a.txt")

    assert client.write(path, "é\n").bytes_written == 3
    assert client.write(path, "two", "append").bytes_written == 3
    assert Path(path).read_text() == "é\ntwo"
    content = client.read(path)
    assert (content.content, content.size, content.truncated) == ("é\ntwo", 6, False)
    part = client.read(path, offset=3, limit=2)
    assert (part.content, part.size, part.truncated) == ("tw", 6, True)
    with pytest.raises(AlreadyExists):
        client.write(path, "x", "create")
    client.write_file(str(tmp_path / "b.txt"), "new", "create")
    assert client.read_file(str(tmp_path / "b.txt")).content == "new"


def test_files_that_are_no_text(client: AnyClient, tmp_path: Path) -> None:
    path = str(tmp_path / "a.bin")
    data = bytes(range(256))

    assert client.write(path, data).bytes_written == 256
    assert Path(path).read_bytes() == data
    assert client.read(path, encoding="base64").data == data
    with pytest.raises(InvalidRequest, match="base64"):
        client.read(path)


def test_files_that_cannot_be_read(client: AnyClient, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"missing\.txt"):
        client.read(str(tmp_path / "missing.txt"))
    with pytest.raises(KernelError):
        client.read(str(tmp_path))


def test_exec(client: AnyClient, tmp_path: Path) -> None:
    done = client.exec("echo out; echo err >&2; pwd", cwd=str(tmp_path))

    assert done.success
    assert done.stdout == f"out\n{tmp_path}\n"
    assert done.stderr == "err\n"
    assert (done.exit_code, done.timed_out, done.truncated, done.signal) == (0, False, False, None)
    assert done.usage.wall_ms >= 0


def test_exec_without_a_shell(client: AnyClient) -> None:
    assert client.exec(["printf", "%s|", "a b", "$HOME"]).stdout == "a b|$HOME|"


def test_exec_with_input_and_environment(client: AnyClient) -> None:
    assert client.exec("cat; echo $GREETING", stdin="in\n", env={"GREETING": "hello"}).stdout == "in\nhello\n"


def test_exec_that_fails_is_a_result_unless_checked(client: AnyClient) -> None:
    failed = client.exec("echo why >&2; exit 7")

    assert not failed.success
    assert failed.exit_code == 7
    with pytest.raises(CommandFailed, match="ended with 7: why"):
        client.exec("echo why >&2; exit 7", check=True)
    assert client.exec("kill -9 $$").signal == 9


def test_exec_that_takes_too_long_is_ended(client: AnyClient) -> None:
    ended = client.exec("echo begun; sleep 60", timeout=2)

    assert ended.timed_out
    assert not ended.success
    assert ended.stdout == "begun\n"


def test_exec_in_parts(client: AnyClient) -> None:
    with client.exec_stream("for i in 1 2 3; do echo $i; done; echo no >&2; exit 2") as stream:
        parts = list(stream)

    assert "".join(part.data for part in parts if part.stream == "stdout") == "1\n2\n3\n"
    assert "".join(part.data for part in parts if part.stream == "stderr") == "no\n"
    assert stream.result().exit_code == 2


def test_a_program_that_does_not_exist(client: AnyClient) -> None:
    assert client.exec("no-such-program").exit_code == 127
    with pytest.raises(NotFound):
        client.exec(["no-such-program"])


def test_results_are_plain_json(client: AnyClient) -> None:
    assert json.loads(json.dumps(client.exec("true")))["exit_code"] == 0
