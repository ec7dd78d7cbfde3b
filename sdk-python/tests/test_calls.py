# SPDX-License-Identifier: MIT
"""What each method puts on the wire, and what type it makes of the answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from clients import MakeClient
from peer import MakePeer, Talk

import agentos
from agentos import Opcode
from agentos._opcodes import NAMES

WORKER = {"name": "worker"}
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any], int, Any, type]] = [
    ("think", ("2+2?",), {}, Opcode.THINK, {"prompt": "2+2?"}, agentos.ThinkResult),
    (
        "think",
        (),
        {"messages": [{"role": "user", "content": "x"}], "temperature": 0.0, "max_tokens": 5, "priority": 2},
        Opcode.THINK,
        {"messages": [{"role": "user", "content": "x"}], "temperature": 0.0, "max_tokens": 5, "priority": 2},
        agentos.ThinkResult,
    ),
    (
        "think",
        ("2+2?",),
        {"top_p": 0.5, "seed": 7, "stop": ["END"], "tools": [{"name": "t"}], "tool_choice": {"name": "t"}},
        Opcode.THINK,
        {
            "prompt": "2+2?",
            "top_p": 0.5,
            "seed": 7,
            "stop": ["END"],
            "tools": [{"name": "t"}],
            "tool_choice": {"name": "t"},
        },
        agentos.ThinkResult,
    ),
    (
        "think",
        ("what is it?",),
        {"image": b"\x89PNG", "image_mime_type": "image/png"},
        Opcode.THINK,
        {"prompt": "what is it?", "image": {"data": "iVBORw==", "mime_type": "image/png"}},
        agentos.ThinkResult,
    ),
    ("read", ("a.txt",), {}, Opcode.READ, {"path": "a.txt"}, agentos.ReadResult),
    (
        "read",
        ("a.bin",),
        {"offset": 0, "limit": 9, "encoding": "base64"},
        Opcode.READ,
        {"path": "a.bin", "offset": 0, "limit": 9, "encoding": "base64"},
        agentos.ReadResult,
    ),
    ("read_file", ("a.txt",), {}, Opcode.READ, {"path": "a.txt"}, agentos.ReadResult),
    (
        "write",
        ("a.txt", "é"),
        {},
        Opcode.WRITE,
        {"path": "a.txt", "content": "é", "mode": "write"},
        agentos.WriteResult,
    ),
    (
        "write",
        ("a.txt", ""),
        {"sync": True},
        Opcode.WRITE,
        {"path": "a.txt", "content": "", "mode": "write", "sync": True},
        agentos.WriteResult,
    ),
    (
        "write_file",
        ("a.bin", b"\0\xff", "append"),
        {},
        Opcode.WRITE,
        {"path": "a.bin", "content": "AP8=", "mode": "append", "encoding": "base64"},
        agentos.WriteResult,
    ),
    ("exec", ("ls -la /tmp",), {}, Opcode.EXEC, {"command": "ls -la /tmp"}, agentos.ExecResult),
    (
        "exec",
        (("ls", "-la"),),
        {"cwd": "/", "timeout": 5, "env": {"A": "b"}, "stdin": ""},
        Opcode.EXEC,
        {"argv": ["ls", "-la"], "cwd": "/", "timeout": 5, "env": {"A": "b"}, "stdin": ""},
        agentos.ExecResult,
    ),
    (
        "spawn",
        (),
        {"name": "worker", "script": "/agent.py", "sandboxed": True, "limits": {"memory": 256 * 1024 * 1024}},
        Opcode.SPAWN,
        {
            "name": "worker",
            "script": "/agent.py",
            "sandboxed": True,
            "network": False,
            "limits": {"memory": 268435456},
        },
        agentos.SpawnResult,
    ),
    (
        "spawn",
        ("worker",),
        {
            "command": ["sleep", "9"],
            "restart_policy": "always",
            "permissions": {"level": "minimal"},
            "freeze_while_waiting": True,
        },
        Opcode.SPAWN,
        {
            "name": "worker",
            "command": ["sleep", "9"],
            "sandboxed": True,
            "network": False,
            "permissions": {"level": "minimal"},
            "restart_policy": "always",
            "freeze_while_waiting": True,
        },
        agentos.SpawnResult,
    ),
    ("kill", ("worker",), {}, Opcode.KILL, WORKER, agentos.KillResult),
    ("kill", (), {"name": "worker", "grace": 0}, Opcode.KILL, {**WORKER, "grace": 0}, agentos.KillResult),
    ("kill", (7,), {}, Opcode.KILL, {"id": 7}, agentos.KillResult),
    ("kill", (), {"agent_id": 7, "signal": 2}, Opcode.KILL, {"id": 7, "signal": 2}, agentos.KillResult),
    ("list", (), {}, Opcode.LIST, {}, list),
    ("list_agents", (), {}, Opcode.LIST, {}, list),
    ("wait", ("worker",), {"timeout": 0.5}, Opcode.WAIT, {**WORKER, "timeout": 0.5}, agentos.ExitRecord),
    ("wait", (7,), {}, Opcode.WAIT, {"id": 7}, agentos.ExitRecord),
    ("pause", ("worker",), {}, Opcode.PAUSE, WORKER, agentos.PauseResult),
    ("resume", (7,), {}, Opcode.RESUME, {"id": 7}, agentos.ResumeResult),
    ("logs", ("worker",), {"lines": 3}, Opcode.LOGS, {**WORKER, "lines": 3}, agentos.LogResult),
    ("send", (7, [1, None]), {}, Opcode.SEND, {"to": 7, "message": [1, None]}, agentos.SendResult),
    ("send", ("worker", None), {}, Opcode.SEND, {"to_name": "worker", "message": None}, agentos.SendResult),
    (
        "send_message",
        ({"a": 1},),
        {"to_name": "worker"},
        Opcode.SEND,
        {"to_name": "worker", "message": {"a": 1}},
        agentos.SendResult,
    ),
    ("send_message", ({"a": 1}, 7), {}, Opcode.SEND, {"to": 7, "message": {"a": 1}}, agentos.SendResult),
    ("recv", (), {}, Opcode.RECV, {}, agentos.RecvResult),
    ("recv", (), {"wait": 1.5}, Opcode.RECV, {"wait": 1.5}, agentos.RecvResult),
    ("recv", (3,), {"wait": True}, Opcode.RECV, {"max": 3, "wait": True}, agentos.RecvResult),
    ("recv_messages", (), {"max_messages": 3}, Opcode.RECV, {"max": 3}, agentos.RecvResult),
    ("broadcast", ("x",), {}, Opcode.BROADCAST, {"message": "x"}, agentos.BroadcastResult),
    (
        "broadcast",
        (None, False),
        {},
        Opcode.BROADCAST,
        {"message": None, "include_self": False},
        agentos.BroadcastResult,
    ),
    ("subscribe", ("a.b", "c.*"), {}, Opcode.SUBSCRIBE, {"event_types": ["a.b", "c.*"]}, agentos.SubscribeResult),
    ("unsubscribe", (), {}, Opcode.UNSUBSCRIBE, {}, agentos.SubscribeResult),
    ("unsubscribe", ("*",), {}, Opcode.UNSUBSCRIBE, {"event_types": ["*"]}, agentos.SubscribeResult),
    ("poll_events", (), {}, Opcode.POLL_EVENTS, {}, agentos.PollEventsResult),
    ("poll_events", (3,), {"wait": 1.5}, Opcode.POLL_EVENTS, {"max": 3, "wait": 1.5}, agentos.PollEventsResult),
    ("emit", ("a.b",), {}, Opcode.EMIT, {"event_type": "a.b", "data": None}, agentos.EmitResult),
    ("emit", ("a.b", [1]), {}, Opcode.EMIT, {"event_type": "a.b", "data": [1]}, agentos.EmitResult),
    ("llm_status", (), {}, Opcode.LLM_STATUS, {}, agentos.LlmStatusResult),
    ("llm_trace", (), {"name": "a", "limit": 5}, Opcode.LLM_TRACE, {"name": "a", "limit": 5}, agentos.LlmTraceResult),
    ("llm_usage", (3,), {}, Opcode.LLM_USAGE, {"days": 3}, agentos.LlmUsageResult),
    ("metrics_agent", (), {}, Opcode.METRICS_AGENT, {}, agentos.AgentMetrics),
    ("metrics_agent", ("a",), {}, Opcode.METRICS_AGENT, {"name": "a"}, agentos.AgentMetrics),
    ("metrics_agent", (), {"agent_id": 7}, Opcode.METRICS_AGENT, {"id": 7}, agentos.AgentMetrics),
    ("metrics_all", (), {}, Opcode.METRICS_ALL, {}, agentos.MetricsResult),
    ("metrics_system", (), {}, Opcode.METRICS_SYSTEM, {}, agentos.SystemMetrics),
    ("audit_log", (), {}, Opcode.GET_AUDIT_LOG, {}, agentos.AuditResult),
    (
        "audit_log",
        ("exec",),
        {"since_id": 3, "limit": 9},
        Opcode.GET_AUDIT_LOG,
        {"category": "exec", "since_id": 3, "limit": 9},
        agentos.AuditResult,
    ),
    ("register", ("me",), {}, Opcode.REGISTER, {"name": "me"}, agentos.RegisterResult),
    ("register_name", ("me",), {}, Opcode.REGISTER, {"name": "me"}, agentos.RegisterResult),
    ("get_permissions", (), {}, Opcode.GET_PERMS, {}, agentos.PermissionsResult),
    ("get_permissions", (7,), {}, Opcode.GET_PERMS, {"agent_id": 7}, agentos.PermissionsResult),
    (
        "set_permissions",
        ({"can_exec": False},),
        {"level": "readonly"},
        Opcode.SET_PERMS,
        {"permissions": {"can_exec": False}, "level": "readonly"},
        agentos.PermissionsResult,
    ),
    (
        "http",
        ("https://api.github.com/users/octocat",),
        {},
        Opcode.HTTP,
        {"url": "https://api.github.com/users/octocat", "method": "GET"},
        agentos.HttpResult,
    ),
    (
        "http",
        ("http://x", "POST"),
        {"headers": {"A": "b"}, "body": "c", "timeout": 3},
        Opcode.HTTP,
        {"url": "http://x", "method": "POST", "headers": {"A": "b"}, "body": "c", "timeout": 3},
        agentos.HttpResult,
    ),
    ("exit", (), {}, Opcode.EXIT, {}, agentos.Result),
    ("call", (0x30, {"key": "k"}), {}, 0x30, {"key": "k"}, dict),
]


@pytest.mark.parametrize(("method", "arguments", "options", "opcode", "fields", "kind"), CALLS)
def test_the_request_and_the_type_of_the_answer(  # noqa: PLR0913 - the columns of the table
    make_peer: MakePeer,
    make_client: MakeClient,
    method: str,
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    opcode: int,
    fields: dict[str, Any],
    kind: type,
) -> None:
    requests = []

    def script(talk: Talk, asked: int, payload: bytes) -> None:
        requests.append((asked, json.loads(payload)))
        talk.answer(asked, [{"id": 7, "name": "worker"}] if asked == Opcode.LIST else {"success": True})

    answer: Any = getattr(make_client(make_peer(script)), method)(*arguments, **options)

    assert requests == [(opcode, fields)]
    if opcode == Opcode.LIST:
        assert [type(agent) for agent in answer] == [agentos.AgentInfo]
    assert type(answer) is kind


def test_every_opcode_has_a_method_that_is_shown_above_or_below() -> None:
    assert {row[3] for row in CALLS if row[0] != "call"} | {Opcode.NOOP, Opcode.HELLO} == set(NAMES)


def test_noop_echo_and_hello(make_peer: MakePeer, make_client: MakeClient) -> None:
    client = make_client(make_peer())

    assert client.noop() == b""
    assert client.noop(b"\0\xff") == b"\0\xff"
    assert client.echo("é") == "é"
    assert client.hello() == client.kernel
    assert client.kernel.limits["max_payload"] == 1 << 20
    assert client.agent_id == 7


@pytest.mark.parametrize("method", ["kill", "wait", "pause", "resume", "logs"])
def test_an_agent_must_be_named_and_only_once(make_peer: MakePeer, make_client: MakeClient, method: str) -> None:
    client = make_client(make_peer())

    with pytest.raises(TypeError, match="by its name or by its id"):
        getattr(client, method)()
    with pytest.raises(TypeError, match="by its name or by its id"):
        getattr(client, method)("worker", 7)


@pytest.mark.parametrize("options", [{}, {"to": 7, "to_name": "worker"}])
def test_a_receiver_must_be_named_and_only_once(
    make_peer: MakePeer, make_client: MakeClient, options: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match="by its name or by its id"):
        make_client(make_peer()).send_message("x", **options)


def test_a_failed_command_is_a_result_unless_checked(make_peer: MakePeer, make_client: MakeClient) -> None:
    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.answer(opcode, {"success": False, "exit_code": 1, "stdout": "", "stderr": "no", "timed_out": False})

    client = make_client(make_peer(script))
    assert client.exec("false").exit_code == 1
    assert not client.exec("false").success
    with pytest.raises(agentos.CommandFailed, match="ended with 1: no"):
        client.exec("false", check=True)
