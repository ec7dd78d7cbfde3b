# SPDX-License-Identifier: MIT
"""The catalogue as a whole: what every tool promises to those who offer it."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from agentos import AgentOSClient, AsyncAgentOSClient, tools

# All arguments that each tool takes, as a model would give them.
FULL: dict[str, dict[str, Any]] = {
    "read_file": {"path": "/workspace/a", "offset": 1, "limit": 2, "encoding": "utf-8"},
    "write_file": {"path": "/workspace/a", "content": "x", "mode": "append"},
    "execute": {"command": "ls", "cwd": "/tmp", "timeout": 5, "stdin": "in", "env": {"A": "b"}},
    "http_request": {
        "url": "http://a.example",
        "method": "POST",
        "headers": {"accept": "*/*"},
        "body": "x",
        "timeout": 3,
    },
    "ask_model": {
        "prompt": "2+2?",
        "system_instruction": "Be brief.",
        "model": "m",
        "temperature": 0.5,
        "max_tokens": 9,
        "timeout": 60,
    },
    "spawn_agent": {
        "name": "worker",
        "command": ["sleep", "9"],
        "script": "/srv/a.py",
        "args": ["-v"],
        "env": {"A": "b"},
        "level": "readonly",
        "network": False,
        "restart_policy": "never",
        "workspace": "/srv/work",
        "limits": {"memory": "64M", "cpu": 0.5, "max_pids": 9, "wall_time": 60},
    },
    "kill_agent": {"agent": "worker", "grace": 0},
    "list_agents": {},
    "wait_for_agent": {"agent": "7", "timeout": 5},
    "read_logs": {"agent": "worker", "lines": 5, "since": 1.5},
    "send_message": {"to": "worker", "message": {"any": ["json"]}},
    "receive_messages": {"max": 3, "wait": 1.5},
    "get_permissions": {"agent_id": 7},
}


@pytest.fixture(params=[*tools.TOOLS.values()], ids=[*tools.TOOLS])
def tool(request: pytest.FixtureRequest) -> tools.Tool:
    found: tools.Tool = request.param
    return found


def schemas(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The schema and all within it."""
    yield schema
    for inner in [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]:
        yield from schemas(inner)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from schemas(schema[key])


def test_names_and_words_are_for_a_model(tool: tools.Tool) -> None:
    assert tools.TOOLS[tool.name] is tool
    assert re.fullmatch("[a-z]+(_[a-z]+)*", tool.name)
    assert 40 <= len(tool.description) <= 500
    assert tool.title
    assert tool.title != tool.name
    for name, schema in tool.parameters["properties"].items():
        assert schema.get("description") or schema["type"] == "object", name


def test_the_schemas_are_closed_bounded_and_plain_json(tool: tools.Tool) -> None:
    assert json.loads(json.dumps([tool.parameters, tool.result])) == [tool.parameters, tool.result]
    assert tool.parameters["type"] == tool.result["type"] == "object"
    for schema in schemas(tool.parameters):
        if schema.get("type") == "object" and "properties" in schema:
            assert schema["additionalProperties"] is False
            assert set(schema["required"]) <= set(schema["properties"])
        if schema.get("type") == "string":
            assert "enum" in schema or "maxLength" in schema
        if schema.get("type") in ("integer", "number"):
            assert "minimum" in schema or "exclusiveMinimum" in schema
            assert "maximum" in schema or schema["description"].endswith("since 1970")
        if schema.get("type") == "array":
            assert "maxItems" in schema


def test_a_default_is_a_value_that_could_be_given(tool: tools.Tool) -> None:
    for name, schema in tool.parameters["properties"].items():
        if "default" in schema:
            needed = {field: FULL[tool.name][field] for field in tool.parameters["required"]}
            assert tools.check(tool, {**needed, name: schema["default"]})[name] == schema["default"]


def test_both_clients_take_what_the_tool_gives(tool: tools.Tool) -> None:
    assert set(FULL[tool.name]) == set(tool.parameters["properties"])
    few = {name: FULL[tool.name][name] for name in tool.parameters["required"]}
    for arguments in (FULL[tool.name], few):
        keywords = tool.keywords(tools.check(tool, arguments))
        for client in (AgentOSClient, AsyncAgentOSClient):
            inspect.signature(getattr(client, tool.method)).bind(client, **keywords)
    assert inspect.iscoroutinefunction(getattr(AsyncAgentOSClient, tool.method))


def test_the_hints_are_consistent(tool: tools.Tool) -> None:
    assert not (tool.hints.read_only and tool.hints.destructive)


def test_the_catalogue_cannot_be_changed_by_accident() -> None:
    with pytest.raises(TypeError):
        tools.TOOLS["more"] = tools.TOOLS["execute"]  # type: ignore[index]


def test_agents_are_told_apart_from_ids_by_their_digits() -> None:
    kill = tools.TOOLS["kill_agent"]

    assert kill.keywords({"agent": "7"}) == {"name": 7}
    assert kill.keywords({"agent": "w7"}) == {"name": "w7"}
    assert tools.TOOLS["send_message"].keywords({"to": "12", "message": "x"}) == {"to": 12, "message": "x"}


def test_importing_the_client_loads_no_tools() -> None:
    source = Path(tools.__file__).parents[2]
    program = "import agentos, sys; print([name for name in sys.modules if name.startswith('agentos.')])"
    loaded = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "agentos._client" in loaded
    assert "agentos.tools" not in loaded
    assert "agentos.agentic" not in loaded
