# SPDX-License-Identifier: MIT
"""Every tool, over both transports and in both revisions, with the official client: it checks results by schema."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from kernel.daemon import Daemon
from mcp import Client, MCPError
from servers import WAYS, as_json, connected, text

from agentos import AgentOSClient
from agentos.tools import TOOLS

pytestmark = pytest.mark.anyio

MAY_SPAWN = ("--permissions", '{"can_spawn": true}')


@pytest.fixture(params=WAYS, ids="-".join)
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Each transport with each revision."""
    chosen: tuple[str, str] = request.param
    return chosen


async def test_it_says_who_it_is(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    async with connected(way, kernel.socket, "--workspace", str(workspace), "--agent", f"who-{way[0]}") as client:
        assert client.protocol_version == way[1]
        if way[1] == "2025-11-25":  # The later revision has no handshake.
            assert as_json(client.server_info)["name"] == "agentos"
            assert f'"who-{way[0]}", with the permission level sandboxed' in (client.instructions or "")


async def test_every_tool_has_schemas_and_annotations(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    async with connected(way, kernel.socket, "--workspace", str(workspace)) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert list(listed) == list(TOOLS)
    for tool in listed.values():
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema or {})
        assert tool.input_schema["additionalProperties"] is False
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint is TOOLS[tool.name].hints.read_only
    reading = {name for name, tool in listed.items() if tool.annotations and tool.annotations.read_only_hint}
    assert {"read_file", "list_agents", "read_logs", "get_permissions"} <= reading
    assert not reading & {"write_file", "execute", "kill_agent", "spawn_agent"}


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, text(result)
    fields: dict[str, Any] = result.structured_content
    return fields


async def test_files_and_commands(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    async with connected(way, kernel.socket, "--workspace", str(workspace)) as client:
        assert await call(client, "write_file", path="/workspace/a", content="grün\n") == {"bytes_written": 6}
        assert (workspace / "a").read_text() == "grün\n"
        read = await client.call_tool("read_file", {"path": "/workspace/a"})
        assert text(read) == "grün\n"
        assert read.structured_content == {"content": "grün\n", "size": 6, "truncated": False, "encoding": "utf-8"}
        ran = await client.call_tool("execute", {"command": "cat a; echo no >&2; exit 3"})
        assert text(ran) == "grün\n[stderr]\nno\n[exit code 3]"
        assert not ran.is_error
        assert ran.structured_content["exit_code"] == 3


async def test_agents(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    async with connected(way, kernel.socket, "--workspace", str(workspace), *MAY_SPAWN) as client:
        name = f"child-{way[0]}-{way[1]}"
        started = await call(client, "spawn_agent", name=name, command=["/bin/sh", "-c", "echo hello; exec sleep 600"])
        assert started["isolation"]["seccomp"].startswith("applied")
        agents = {agent["name"]: agent for agent in (await call(client, "list_agents"))["agents"]}
        assert agents[name]["running"]
        assert len(agents) == 2, "the server's agent sees itself and its child, and nobody else's agents"
        assert (await call(client, "kill_agent", agent=name, grace=0))["exit_reason"] == "killed"
        assert (await call(client, "wait_for_agent", agent=name))["exit_reason"] == "killed"
        assert (await call(client, "read_logs", agent=name))["entries"][0]["line"] == "hello"


async def test_messages(way: tuple[str, str], kernel: Daemon, operator: AgentOSClient, workspace: Path) -> None:
    name = f"talker-{way[0]}-{way[1]}"
    async with connected(way, kernel.socket, "--workspace", str(workspace), "--agent", name) as client:
        assert (await call(client, "receive_messages"))["count"] == 0
        operator.send(name, {"question": 1})
        (message,) = (await call(client, "receive_messages", wait=10))["messages"]
        assert message["message"] == {"question": 1}
        await call(client, "send_message", to=str(message["from"]), message="answer")
        (answer,) = operator.recv(wait=10).messages
        assert (answer.from_name, answer.message) == (name, "answer")


async def test_model_and_permissions(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    async with connected(way, kernel.socket, "--workspace", str(workspace)) as client:
        assert (await call(client, "ask_model", prompt="the capital of France"))[
            "content"
        ] == "I was asked about France"
        permissions = (await call(client, "get_permissions"))["permissions"]
        assert permissions["level"] == "sandboxed"
        assert permissions["llm"]["calls_made"] == 1


@pytest.fixture
def web() -> Iterator[str]:
    """A web server on this host."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"a page")

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


async def test_http_reaches_what_the_permissions_name(
    way: tuple[str, str], kernel: Daemon, workspace: Path, web: str
) -> None:
    async with connected(way, kernel.socket, "--workspace", str(workspace)) as client:
        refused = await client.call_tool("http_request", {"url": web})
        assert refused.is_error
        assert "PERMISSION_DENIED" in text(refused)
    allowed = ("--permissions", '{"network": ["127.0.0.1"]}')
    async with connected(way, kernel.socket, "--workspace", str(workspace), *allowed) as client:
        assert (await call(client, "http_request", url=web))["body"] == "a page"


async def test_resources(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    async with connected(
        way, kernel.socket, "--workspace", str(workspace), "--agent", f"self-{way[0]}-{way[1]}", *MAY_SPAWN
    ) as client:
        assert [resource.uri for resource in (await client.list_resources()).resources] == ["agentos://agents"]
        (template,) = (await client.list_resource_templates()).resource_templates
        assert template.uri_template == "agentos://agents/{name}/logs"
        (agents,) = as_json(await client.read_resource("agentos://agents"))["contents"]
        assert f'"name": "self-{way[0]}-{way[1]}"' in agents["text"]
        await call(client, "spawn_agent", name=f"talks-{way[0]}-{way[1]}", command=["/bin/echo", "it said this"])
        await call(client, "wait_for_agent", agent=f"talks-{way[0]}-{way[1]}")
        (logs,) = as_json(await client.read_resource(f"agentos://agents/talks-{way[0]}-{way[1]}/logs"))["contents"]
        assert "it said this" in logs["text"]
        for absent in (
            "agentos://agents/nobody/logs",
            "agentos://agents//logs",
            "agentos://audit",
            "file:///etc/passwd",
        ):
            with pytest.raises(MCPError, match="Resource not found"):
                await client.read_resource(absent)


async def test_prompts(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    name = f"prompted-{way[0]}-{way[1]}"
    async with connected(way, kernel.socket, "--workspace", str(workspace), "--agent", name) as client:
        names = [prompt.name for prompt in (await client.list_prompts()).prompts]
        assert names == ["work_in_sandbox", "diagnose_agent"]
        (work,) = as_json(await client.get_prompt("work_in_sandbox", {"task": "Count {to} ten."}))["messages"]
        assert work["content"]["text"].startswith("Count {to} ten.")
        _, attached = as_json(await client.get_prompt("diagnose_agent", {"agent": name}))["messages"]
        assert attached["content"]["resource"]["uri"] == f"agentos://agents/{name}/logs"
        for wrong, problem in (
            ({"name": "nothing"}, "Unknown prompt"),
            ({"name": "work_in_sandbox"}, "needs the argument task"),
            ({"name": "diagnose_agent", "arguments": {"agent": "nobody"}}, "NOT_FOUND"),
            ({"name": "diagnose_agent", "arguments": {"agent": "a b"}}, "must match"),
        ):
            with pytest.raises(MCPError, match=problem):
                await client.get_prompt(**wrong)


async def test_names_are_completed(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    from mcp_types import PromptReference, ResourceTemplateReference

    name = f"named-{way[0]}-{way[1]}"
    async with connected(way, kernel.socket, "--workspace", str(workspace), "--agent", name) as client:
        for reference, argument in (
            (PromptReference(name="diagnose_agent"), "agent"),
            (ResourceTemplateReference(uri="agentos://agents/{name}/logs"), "name"),
        ):
            done = await client.complete(reference, {"name": argument, "value": "named-"})
            assert done.completion.values == [name]
        nothing = await client.complete(PromptReference(name="work_in_sandbox"), {"name": "task", "value": "m"})
        assert nothing.completion.values == []
