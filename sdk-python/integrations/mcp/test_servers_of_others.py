# SPDX-License-Identifier: MIT
"""A server that is written with the official SDK, run by the kernel in a sandbox and called by an agent."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel.daemon import Daemon

from agentos import AgentOSClient
from agentos.mcp_servers import McpError, McpServer, function_tools

SERVER = Path(__file__).with_name("time_server.py")
CALLER = Path(__file__).parents[2] / "tests/kernel/agents/mcp_caller.py"
# The virtual environment, and the Python that it is of, where the sandbox does not have that anyway.
FOLDERS = [folder for folder in dict.fromkeys((sys.prefix, sys.base_prefix)) if not folder.startswith("/usr")]

CONFIGURATION = f"""
[mcp.servers.calendar]
command = ["{sys.executable}", "/srv/server.py"]
mounts = [
  {{ source = "{SERVER}", target = "/srv/server.py" }},
  {", ".join(f'{{ source = "{folder}", target = "{folder}" }}' for folder in FOLDERS)}
]
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Daemon]:
    with Daemon(configuration=CONFIGURATION) as daemon:
        yield daemon


def test_its_tools_and_resources_are_called_through_the_kernel(operator: AgentOSClient) -> None:
    server = McpServer(operator, "calendar")

    assert [tool["name"] for tool in server.tools()] == ["days_between"]
    result = server.call("days_between", {"first": "2026-01-01", "last": "2026-03-01"})
    assert result["structuredContent"] == {"result": 59}
    read = server.request("resources/read", {"uri": "calendar://epoch"})
    assert read["contents"][0]["text"] == "1970-01-01"


def test_what_it_refuses_is_told(operator: AgentOSClient) -> None:
    server = McpServer(operator, "calendar")

    assert server.call("days_between", {"first": "no date", "last": "2026-03-01"})["isError"] is True
    with pytest.raises(McpError, match="calendar"):
        server.request("resources/read", {"uri": "calendar://nothing"})


def test_the_loop_has_its_tools(operator: AgentOSClient) -> None:
    (tool,) = function_tools(operator, "calendar")

    assert tool.name == "calendar__days_between"
    assert tool.description == "Count the days from one date to another."
    assert tool(first="2026-01-01", last="2026-01-02") == "1"


def test_an_agent_in_its_sandbox_calls_it(operator: AgentOSClient) -> None:
    arguments = json.dumps({"first": "2026-01-01", "last": "2027-01-01"})
    agent = operator.spawn("planner", str(CALLER), args=["calendar", "days_between", arguments])

    ended = operator.wait(agent.id, timeout=60)
    lines = [entry.line for entry in operator.logs(agent.id).entries]
    assert ended.exit_code == 0, lines
    assert json.loads(lines[0])["structuredContent"] == {"result": 365}
