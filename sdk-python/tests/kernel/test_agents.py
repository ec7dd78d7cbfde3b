# SPDX-License-Identifier: MIT
"""Starting, watching and ending agents, messages, permissions, and the SDK inside a sandbox."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from clients import AnyClient
from kernel.daemon import Daemon, Spawn

from agentos import (
    AgentOSClient,
    AlreadyExists,
    Busy,
    InvalidRequest,
    NotFound,
    Opcode,
    PermissionDenied,
    ResourceExhausted,
    TimedOut,
)

WAIT_SECONDS = 60


def report_of(operator: AgentOSClient, name: str) -> Any:
    """What an agent printed, as JSON, once it has ended well."""
    ended = operator.wait(name, timeout=WAIT_SECONDS)
    lines = operator.logs(name).entries
    assert ended.exit_code == 0, "\n".join(entry.line for entry in lines)
    return json.loads(next(entry.line for entry in reversed(lines) if entry.stream == "stdout"))


def test_an_agent_from_start_to_end(client: AnyClient, spawn: Spawn) -> None:
    name = f"talk-{client.agent_id}"
    agent = spawn(name, "talk.py", args=["a b"], env={"GREETING": "hello"})

    assert agent.success
    assert agent.id == agent.agent_id > 0
    assert agent.name == name
    assert agent.pid > 0
    assert isinstance(agent.isolation, dict)
    ended = client.wait(name, timeout=WAIT_SECONDS)
    assert (ended.state, ended.exit_code, ended.exit_reason, ended.id) == ("exited", 3, "exited", agent.id)
    entries = client.logs(name).entries
    assert {(entry.stream, entry.line) for entry in entries if entry.stream != "kernel"} == {
        ("stdout", "out a b hello"),
        ("stderr", "err"),
    }
    assert [entry.line for entry in client.logs(agent.id, lines=1, follow=True)]


def test_a_running_agent_is_listed_paused_resumed_and_killed(client: AnyClient, spawn: Spawn) -> None:
    agent = spawn(f"quiet-{client.agent_id}", "quiet.py", limits={"memory": 256 * 1024 * 1024, "max_pids": 32})
    assert set(agent.limits) >= {"memory", "max_pids"}
    assert agent.limits["memory"]["enforced_by"]

    def listed() -> Any:
        return next(info for info in client.list() if info.id == agent.id)

    assert (listed().name, listed().state, listed().running) == (agent.name, "running", True)
    assert client.pause(agent.name).paused
    assert listed().state == "paused"
    assert client.resume(agent_id=agent.id).resumed
    assert listed().state == "running"
    with pytest.raises(TimedOut):
        client.wait(agent.id, timeout=0.1)
    assert client.kill(agent.name, grace=0).killed
    assert client.wait(agent.id, timeout=WAIT_SECONDS).exit_reason == "killed"
    assert not listed().running


def test_what_cannot_be_started_or_found(client: AnyClient, spawn: Spawn) -> None:
    agent = spawn(f"taken-{client.agent_id}", "quiet.py")

    with pytest.raises(AlreadyExists, match=agent.name):
        client.spawn(agent.name, command=["/bin/true"])
    with pytest.raises(NotFound, match=r"/no/such/agent\.py"):
        client.spawn("missing", "/no/such/agent.py")
    with pytest.raises(InvalidRequest):
        client.spawn("nothing-to-run")
    for call in (client.kill, client.wait, client.pause, client.resume, client.logs):
        with pytest.raises(NotFound, match="nobody-of-this-name"):
            call("nobody-of-this-name")


def test_logs_can_be_followed_until_the_end(client: AnyClient, spawn: Spawn) -> None:
    agent = spawn(f"follow-{client.agent_id}", "quiet.py")

    with client.logs(agent.id, follow=True) as entries:
        assert any(entry.line == "waiting" for entry in entries_until(entries, "waiting"))
        client.kill(agent.id, grace=0)
        list(entries)


def entries_until(entries: Any, line: str) -> Iterator[Any]:
    for entry in entries:
        yield entry
        if entry.line == line:
            return


def test_messages_between_operators(kernel: Daemon, client: AnyClient) -> None:
    with AgentOSClient(kernel.socket) as other:
        name = f"other-{other.agent_id}"
        assert other.register(name).name == name
        assert client.send(name, {"n": [1, None, "é"]}).delivered_to == other.agent_id
        assert client.send(other.agent_id, None).delivered_to == other.agent_id
        assert client.send_message("by name", to_name=name).success

        received = other.recv(wait=5)
        if received.count < 3:
            received.messages.extend(other.recv(wait=5).messages)
        assert [message.message for message in received.messages] == [{"n": [1, None, "é"]}, None, "by name"]
        assert {message.sender for message in received.messages} == {client.agent_id}
        assert all(message.age_ms >= 0 for message in received.messages)
        assert other.recv().count == 0

        assert other.broadcast("not to me").success
        assert other.recv().messages == []
        assert other.broadcast("to me too", include_self=True).delivered_count >= 1
        assert other.recv_messages(max_messages=1).messages[0].message == "to me too"


def test_metrics(client: AnyClient) -> None:
    name = f"measured-{client.agent_id}"
    client.spawn(name, command=["/bin/sleep", "1000"])
    try:
        agent = client.metrics_agent(name)
        assert (agent.name, agent.state, agent.mailbox, agent.calls, agent.llm) == (name, "running", 0, [], None)
        with pytest.raises(NotFound):
            client.metrics_agent("nobody")
        with pytest.raises(InvalidRequest, match="id and name"):
            client.metrics_agent()
        everyone = client.metrics_all()
        assert name in [each.name for each in everyone.agents]
        system = client.metrics_system()
        measured = next(calls for calls in system.calls if calls.call == "METRICS_AGENT")
        assert measured.ended >= sum(measured.within) >= 3
        assert measured.failed >= 2
        assert len(measured.within) == len(system.bounds_ms) + 1
        assert system.failures["NOT_FOUND"] >= 1
        assert system.kernel["memory"] > 0
    finally:
        client.kill(name, grace=0)


def test_events(kernel: Daemon, client: AnyClient) -> None:
    with AgentOSClient(kernel.socket) as other:
        assert other.subscribe("test.*", "agent.ended").subscribed == ["agent.ended", "test.*"]
        assert client.emit("test.done", {"n": [1, None, "é"]}).delivered_count == 1
        (event,) = other.poll_events(wait=5).events
        assert (event.type, event.data, event.source_agent_id) == (
            "test.done",
            {"n": [1, None, "é"]},
            client.agent_id,
        )
        spawned = client.spawn("ends", command=["/bin/true"])
        (event,) = other.poll_events(wait=20).events
        assert (event.type, event.source_agent_id) == ("agent.ended", spawned.id)
        assert (event.data["name"], event.data["exit_reason"]) == ("ends", "exited")
        assert (other.poll_events().events, other.unsubscribe().subscribed) == ([], [])
        with pytest.raises(InvalidRequest, match="SUBSCRIBE first"):
            other.poll_events()
    with pytest.raises(InvalidRequest, match="the kernel's"):
        client.emit("agent.ended")


def test_messages_that_cannot_be_delivered(client: AnyClient, kernel: Daemon) -> None:
    with pytest.raises(NotFound):
        client.send("nobody-of-this-name", "x")
    with AgentOSClient(kernel.socket) as other:
        name = f"taken-name-{other.agent_id}"
        other.register(name)
        with pytest.raises(AlreadyExists, match=name):
            client.register(name)
        with pytest.raises(ResourceExhausted):
            fill(client, other.agent_id)


def fill(client: AnyClient, receiver: int) -> None:
    for turn in range(100_000):
        client.send(receiver, turn)


def test_an_operators_waiting_recv_holds_up_its_messages_and_nothing_else(kernel: Daemon) -> None:
    with AgentOSClient(kernel.socket) as client, AgentOSClient(kernel.socket) as other, ThreadPoolExecutor() as pool:
        receiving = pool.submit(client.recv, wait=WAIT_SECONDS)
        assert client.think("What is the capital of Italy?").content.endswith("Italy")
        assert client.exec("echo 1").stdout == "1\n"
        with pytest.raises(Busy):
            send_until_refused(client, other.agent_id)
        other.send(client.agent_id, "wake up")
        assert receiving.result(WAIT_SECONDS).messages[0].message == "wake up"
        assert client.send(other.agent_id, "now").delivered_to == other.agent_id


def send_until_refused(client: AgentOSClient, receiver: int) -> None:
    """Send until the recv of another thread has got the primary connection."""
    for turn in range(100):
        client.call(Opcode.SEND, {"to": receiver, "message": turn}, timeout=0.2)


def test_many_threads_share_a_client(kernel: Daemon) -> None:
    with AgentOSClient(kernel.socket) as client, ThreadPoolExecutor(16) as pool:

        def work(thread: int) -> None:
            for turn in range(10):
                assert client.echo(f"{thread}:{turn}") == f"{thread}:{turn}"
                assert client.exec(["echo", f"{thread}:{turn}"]).stdout == f"{thread}:{turn}\n"

        for future in [pool.submit(work, thread) for thread in range(16)]:
            future.result(WAIT_SECONDS)


def test_an_agent_receives_in_one_thread_and_sends_in_another(client: AnyClient, spawn: Spawn) -> None:
    agent = spawn(f"mirror-{client.agent_id}", "mirror.py")

    for turn in range(20):
        client.send(agent.name, turn)
        (answer,) = client.recv(wait=WAIT_SECONDS).messages
        assert answer.message == {"echo": turn, "by": agent.id}
        assert (answer.sender, answer.from_name) == (agent.id, agent.name)
    client.send(agent.id, "stop")
    assert client.wait(agent.id, timeout=WAIT_SECONDS).exit_code == 0


def test_the_sdk_inside_a_sandbox(operator: AgentOSClient, spawn: Spawn) -> None:
    agent = spawn("survey", "survey.py")
    report = report_of(operator, "survey")

    assert report["agent_id"] == agent.id
    assert report["environment_id"] == str(agent.id)
    assert report["echo"] == "inside"
    assert report["think"] == "I was asked about France"
    assert report["write"]["bytes_written"] == len("from inside")
    assert report["read"]["content"] == "from inside"
    assert report["write_outside"] == "PERMISSION_DENIED"
    assert report["exec"]["stdout"] == "from inside\n1000\n"
    assert report["spawn"] == "PERMISSION_DENIED"
    assert report["own_level"] == "sandboxed"
    assert report["write_outside_after"] == "PERMISSION_DENIED"
    assert report["spawn_after"] == "PERMISSION_DENIED"
    assert report["narrow"]["permissions"]["can_exec"] is False
    assert report["exec_after"] == "PERMISSION_DENIED"
    assert report["agents"] == ["survey"]
    assert report["asyncio"] == [str(turn) for turn in range(20)]


def test_permissions(client: AnyClient, spawn: Spawn) -> None:
    assert client.get_permissions().permissions["level"] == "unrestricted"

    agent = spawn(f"narrowed-{client.agent_id}", "quiet.py", permissions={"level": "readonly"})
    assert client.get_permissions(agent.id).permissions["level"] == "readonly"
    assert client.set_permissions(level="minimal", agent_id=agent.id).permissions["can_read"] is False
    assert client.set_permissions({"can_think": False}, agent_id=agent.id).permissions["can_think"] is False
    with pytest.raises(NotFound):
        client.get_permissions(2**31 - 1)


@contextmanager
def web_server() -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(418 if self.path == "/teapot" else 200)
            self.end_headers()
            self.wfile.write(f"{self.path} {self.headers['X-Asked']}".encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_http(operator: AgentOSClient, spawn: Spawn) -> None:
    with web_server() as port:
        urls = [f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/teapot", "http://other.example/"]
        spawn("allowed", "fetch.py", args=urls, permissions={"can_http": True, "network": ["127.0.0.1"]})
        spawn("refused", "fetch.py", args=urls[:1], permissions={"network": ["other.example"]})

        assert report_of(operator, "allowed") == [[200, "/ yes"], [418, "/teapot yes"], "PERMISSION_DENIED"]
        assert report_of(operator, "refused") == ["PERMISSION_DENIED"]


def test_http_that_is_no_http(client: AnyClient) -> None:
    with pytest.raises((InvalidRequest, PermissionDenied)):
        client.http("file:///etc/passwd")
