# SPDX-License-Identifier: MIT
"""Calls that take their time: progress, and cancellation, which ends in the kernel what it ends for the client."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import pytest
from kernel.daemon import Daemon
from mcp import Client
from servers import WAYS, Raw, connected, text

from agentos import AgentOSClient

pytestmark = pytest.mark.anyio

# Says that it runs by opening the pipe, and that it has ended, with all it started, by having closed it.
HOLDS_THE_PIPE = "exec 3>pipe; echo started >&3; (sleep 600); sleep 600"


@pytest.fixture(params=WAYS, ids="-".join)
def way(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Each transport with each revision."""
    chosen: tuple[str, str] = request.param
    return chosen


class Pipe:
    """A pipe in the workspace; at its other end is HOLDS_THE_PIPE."""

    def __init__(self, workspace: Path) -> None:
        path = workspace / "pipe"
        os.mkfifo(path)
        path.chmod(0o666)
        reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(reading, True)
        self._end = os.fdopen(reading)
        # Without a writer there would be an end of file before the command has come.
        self._own_writer = os.open(path, os.O_WRONLY)

    async def held(self) -> None:
        """Wait until the command runs."""
        assert await self._read(self._end.readline) == "started\n"
        os.close(self._own_writer)

    async def let_go(self) -> None:
        """Wait until the command, and whatever it started, has ended."""
        assert await self._read(self._end.read) == ""
        self._end.close()

    async def _read(self, read: Callable[[], str]) -> str:
        with anyio.fail_after(60):
            return await anyio.to_thread.run_sync(read, abandon_on_cancel=True)


class Told:
    """Hears of progress."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.messages: list[str] = []
        self.something = anyio.Event()

    async def __call__(self, progress: float, total: float | None, message: str | None) -> None:
        assert total is None
        self.seconds.append(progress)
        if message:
            self.messages.append(message)
        self.something.set()


@pytest.fixture
def pipe(workspace: Path) -> Pipe:
    return Pipe(workspace)


async def test_a_cancelled_command_dies(way: tuple[str, str], kernel: Daemon, workspace: Path, pipe: Pipe) -> None:
    async with connected(way, kernel.socket, "--workspace", str(workspace)) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(client.call_tool, "execute", {"command": HOLDS_THE_PIPE, "timeout": 600})
            await pipe.held()
            group.cancel_scope.cancel()
        await pipe.let_go()
        after = await client.call_tool("execute", {"command": "echo still here"})
        assert text(after) == "still here\n[exit code 0]"


async def test_a_cancelled_command_whose_progress_was_told_dies(
    way: tuple[str, str], kernel: Daemon, workspace: Path, pipe: Pipe
) -> None:
    told = Told()

    async def run(client: Client) -> None:
        arguments = {"command": HOLDS_THE_PIPE, "timeout": 600}
        await client.call_tool("execute", arguments, progress_callback=told)

    async with connected(way, kernel.socket, "--workspace", str(workspace)) as client:
        async with anyio.create_task_group() as group:
            group.start_soon(run, client)
            await pipe.held()
            await told.something.wait()
            group.cancel_scope.cancel()
        await pipe.let_go()


@pytest.mark.parametrize("ending", ["its input ends", "it is killed"])
async def test_a_command_dies_with_the_server(kernel: Daemon, workspace: Path, pipe: Pipe, ending: str) -> None:
    with Raw(kernel.socket, "--workspace", str(workspace)) as server:
        server.initialize()
        server.send("tools/call", name="execute", arguments={"command": HOLDS_THE_PIPE, "timeout": 600})
        await pipe.held()
        if ending == "it is killed":
            server.process.kill()
        else:
            assert server.process.stdin is not None
            server.process.stdin.close()
        await pipe.let_go()


async def test_progress_shows_what_a_command_writes(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    """The command goes on when that has been told."""
    go_on = workspace / "go-on"
    os.mkfifo(go_on)
    go_on.chmod(0o666)
    told = Told()

    async def release() -> None:
        await told.something.wait()
        await anyio.to_thread.run_sync(go_on.write_text, "")

    arguments = {"command": "echo begun; cat go-on; echo done >&2"}
    options = ("--workspace", str(workspace))
    async with connected(way, kernel.socket, *options) as client, anyio.create_task_group() as group:
        group.start_soon(release)
        result = await client.call_tool("execute", arguments, progress_callback=told)
    assert told.messages[0] == "begun\n"
    assert told.seconds == sorted(set(told.seconds)), "it only ever grows"
    assert text(result) == "begun\n[stderr]\ndone\n[exit code 0]"


async def test_progress_is_told_of_calls_that_only_wait(
    way: tuple[str, str], kernel: Daemon, operator: AgentOSClient, workspace: Path
) -> None:
    name = f"waits-{way[0]}-{way[1]}"
    told = Told()

    async def answer() -> None:
        await told.something.wait()
        await anyio.to_thread.run_sync(operator.send, name, "enough")

    options = ("--workspace", str(workspace), "--agent", name)
    async with connected(way, kernel.socket, *options) as client, anyio.create_task_group() as group:
        group.start_soon(answer)
        result = await client.call_tool("receive_messages", {"wait": 600}, progress_callback=told)
    assert result.structured_content["messages"][0]["message"] == "enough"


async def cancelled_once_told_of(client: Client, tool: str, **arguments: Any) -> None:
    told = Told()

    async def call() -> None:
        await client.call_tool(tool, arguments, progress_callback=told)

    async with anyio.create_task_group() as group:
        group.start_soon(call)
        await told.something.wait()
        group.cancel_scope.cancel()


async def test_a_cancelled_wait_leaves_the_server_free(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    """More of them than the server has connections, so that each has to give back its own."""
    async with connected(way, kernel.socket, "--workspace", str(workspace)) as client:
        for _ in range(12):
            await cancelled_once_told_of(client, "receive_messages", wait=600)
        assert not (await client.call_tool("list_agents", {})).is_error


async def test_the_model_is_cancelled_too(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    async with connected(way, kernel.socket, "--workspace", str(workspace)) as client:
        await cancelled_once_told_of(client, "ask_model", prompt="take your time")
        quick = await client.call_tool("ask_model", {"prompt": "the capital of Peru"})
        assert text(quick) == "I was asked about Peru"


async def test_long_calls_do_not_hold_up_short_ones(way: tuple[str, str], kernel: Daemon, workspace: Path) -> None:
    options = ("--workspace", str(workspace))
    async with connected(way, kernel.socket, *options) as client, anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(client.call_tool, "receive_messages", {"wait": 600})
        for _ in range(20):
            assert not (await client.call_tool("get_permissions", {})).is_error
        group.cancel_scope.cancel()
