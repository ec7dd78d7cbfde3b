# SPDX-License-Identifier: MIT
"""The inspector's command line, started from the configuration that `agentos-mcp config` prints."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon
from servers import PROGRAM, environment, http_server

VENV = Path(sys.prefix)
INSPECTOR = VENV / "node_modules/.bin/mcp-inspector"
SPAWNING = ("--permissions", '{"can_spawn": true}')

Inspect = Callable[..., Any]


@pytest.fixture(params=["stdio", "http"])
def target(request: pytest.FixtureRequest, kernel: Daemon, workspace: Path, tmp_path: Path) -> Iterator[list[str]]:
    """The words by which the inspector is told what to inspect."""
    if request.param == "http":
        with http_server(kernel.socket, "--workspace", str(workspace), *SPAWNING) as url:
            yield ["--server-url", url, "--transport", "http"]
        return
    printed = subprocess.run(
        [PROGRAM, "config", "--workspace", str(workspace), *SPAWNING],
        env=environment(kernel.socket),
        check=True,
        capture_output=True,
    )
    configuration = tmp_path / "mcp.json"
    configuration.write_bytes(printed.stdout)
    yield ["--config", str(configuration), "--server", "agentos"]


@pytest.fixture(params=["legacy", "modern"])
def inspect(request: pytest.FixtureRequest, target: list[str], tmp_path: Path) -> Inspect:
    """Run one method, and return what the inspector prints."""

    def run(*words: str, exit_code: int = 0) -> Any:
        ended = subprocess.run(
            [str(INSPECTOR), "--cli", *target, "--protocol-era", request.param, "--format", "json", *words],
            env={"HOME": str(tmp_path), "PATH": f"{VENV / 'bin'}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ended.returncode == exit_code, ended.stderr
        return json.loads(ended.stdout)

    return run


def call(inspect: Inspect, tool: str, exit_code: int = 0, **arguments: Any) -> dict[str, Any]:
    words = ("--method", "tools/call", "--tool-name", tool, "--tool-args-json", json.dumps(arguments))
    result: dict[str, Any] = inspect(*words, exit_code=exit_code)["result"]
    return result


def test_it_inspects_everything(inspect: Inspect) -> None:
    tools = inspect("--method", "tools/list", "--strict")["result"]["tools"]
    assert len(tools) == 13
    assert all(tool["annotations"] and tool["outputSchema"] for tool in tools)
    ran = call(inspect, "execute", command="echo $((6 * 7))")
    assert ran["structuredContent"]["stdout"] == "42\n"
    refused = call(inspect, "read_file", path="/nowhere", exit_code=5)
    assert refused["content"][0]["text"].startswith("NOT_FOUND: ")
    (resource,) = inspect("--method", "resources/list")["result"]["resources"]
    (read,) = inspect("--method", "resources/read", "--uri", resource["uri"])["result"]["contents"]
    assert json.loads(read["text"])[0]["level"] == "sandboxed"
    (template,) = inspect("--method", "resources/templates/list")["result"]["resourceTemplates"]
    assert template["uriTemplate"] == "agentos://agents/{name}/logs"
    assert len(inspect("--method", "prompts/list")["result"]["prompts"]) == 2
    got = inspect("--method", "prompts/get", "--prompt-name", "work_in_sandbox", "--prompt-args", "task=Count.")
    assert got["result"]["messages"][0]["content"]["text"].startswith("Count.")


def test_a_hundred_calls_at_ten_at_once(inspect: Inspect) -> None:
    words = ("--method", "tools/call", "--tool-name", "list_agents", "--tool-args-json", "{}")
    load = inspect(*words, "--load", "--load-requests", "100", "--load-concurrency", "10")
    assert (load["result"]["ok"], load["result"]["errorMessages"]) == (100, [])
