# SPDX-License-Identifier: MIT
"""Code in the kernel's sandbox."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from autogen_core import CancellationToken
from autogen_core.code_executor import CodeBlock
from kernel.daemon import Daemon

from agentos import AgentOSClient, NotRunning, tools
from agentos.autogen import AgentOSCodeExecutor, AgentOSCodeResult


async def run(executor: AgentOSCodeExecutor, *blocks: tuple[str, str]) -> AgentOSCodeResult:
    made = [CodeBlock(code=code, language=language) for language, code in blocks]
    return await executor.execute_code_blocks(made, CancellationToken())


@pytest.fixture
async def executor() -> AsyncIterator[AgentOSCodeExecutor]:
    async with AgentOSCodeExecutor(timeout=20) as started:
        yield started


async def test_runs_blocks_one_after_the_other(executor: AgentOSCodeExecutor) -> None:
    result = await run(executor, ("python", "print(6 * 7)"), ("sh", "echo two"), ("bash", "echo $BASH_VERSION"))
    assert result.exit_code == 0
    assert result.output.startswith("42\ntwo\n5.")
    assert result.code_file
    assert result.code_file.endswith(".sh")


async def test_stops_at_the_block_that_fails(executor: AgentOSCodeExecutor) -> None:
    result = await run(executor, ("sh", "echo one"), ("python", "raise ValueError('no')"), ("sh", "echo three"))
    assert result.exit_code == 1
    assert result.output.startswith("one\nTraceback")
    assert "ValueError: no" in result.output
    assert "three" not in result.output


async def test_errors_stand_where_they_happened(executor: AgentOSCodeExecutor) -> None:
    result = await run(executor, ("sh", "echo 1; echo 2 >&2; echo 3; exit 9"))
    assert (result.output, result.exit_code) == ("1\n2\n3\n", 9)


async def test_files_stay_and_can_be_named(tmp_path: Path) -> None:
    async with AgentOSCodeExecutor(tmp_path) as executor:
        result = await run(
            executor, ("python", "# filename: made.py\nX = 'kept'"), ("python", "import made; print(made.X)")
        )
        assert result.output == "kept\n"
        for _ in range(3):
            await executor.restart()
        assert (await run(executor, ("sh", "cat made.py"))).output.endswith("X = 'kept'")
    assert (tmp_path / "made.py").exists()


async def test_a_new_folder_is_removed_in_the_end(executor: AgentOSCodeExecutor, operator: AgentOSClient) -> None:
    await run(executor, ("sh", "mkdir -p deep/er; echo x > deep/er/file; chmod 0 deep/er/file"))
    folders = operator.exec("ls -d /tmp/agentos-code-*").stdout.split()
    assert folders
    await executor.stop()
    assert not [folder for folder in folders if Path(folder, "deep").exists()]


async def test_the_host_is_not_there(executor: AgentOSCodeExecutor, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden")
    result = await run(executor, ("sh", f"cat {tmp_path}/secret; id -u; ls /; ls /proc | grep -c '^[0-9]'"))
    assert "hidden" not in result.output
    assert "workspace" in result.output
    network = await run(executor, ("python", "import socket; socket.create_connection(('127.0.0.1', 22), 1)"))
    assert network.exit_code == 1
    outside = await run(executor, ("sh", "# filename: ../../etc/evil\necho x"))
    assert outside.exit_code != 0


async def test_cancelling_kills_what_runs(executor: AgentOSCodeExecutor, operator: AgentOSClient) -> None:
    token = CancellationToken()
    block = CodeBlock(code="touch begun; exec sleep 4242", language="sh")
    task = asyncio.create_task(executor.execute_code_blocks([block], token))
    waiting = "until ls /tmp/agentos-code-*/begun; do sleep 0.01; done"
    await asyncio.to_thread(operator.exec, waiting, timeout=20)
    token.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert operator.exec("while pgrep -fx 'sleep 4242'; do sleep 0.01; done", timeout=20).success
    assert (await run(executor, ("sh", "echo on"))).output == "on\n"


async def test_ends_what_takes_too_long(operator: AgentOSClient) -> None:
    async with AgentOSCodeExecutor(timeout=2) as executor:
        result = await run(executor, ("sh", "echo begun; sleep 4243"), ("sh", "echo never"))
    assert result.exit_code == 124
    assert result.output.startswith("begun\n")
    assert "Timeout" in result.output
    assert "never" not in result.output
    assert operator.exec("while pgrep -fx 'sleep 4243'; do sleep 0.01; done", timeout=20).success


async def test_output_is_bounded(executor: AgentOSCodeExecutor) -> None:
    result = await run(executor, ("sh", "head -c 50000000 /dev/zero | tr '\\0' '\\377'"))
    assert len(result.output) <= tools.TEXT_CHARACTERS


@pytest.mark.parametrize("language", ["rust", "", "PowerShell"])
async def test_tells_the_model_which_languages_there_are(executor: AgentOSCodeExecutor, language: str) -> None:
    result = await run(executor, (language, "x"))
    assert result.exit_code == 1
    assert "known are python" in result.output


async def test_refuses_to_run_what_it_cannot(executor: AgentOSCodeExecutor) -> None:
    with pytest.raises(ValueError, match="no code blocks"):
        await run(executor)
    await executor.stop()
    await executor.stop()
    with pytest.raises(ValueError, match="not started"):
        await run(executor, ("sh", "true"))


@pytest.mark.parametrize("settings", [{"colour": "red"}, {"timeout": 0}, {"timeout": "long"}])
def test_refuses_a_setting_that_is_wrong(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(settings))):
        AgentOSCodeExecutor(**settings)


async def test_refuses_a_folder_that_is_none_and_limits_that_are_senseless(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be a folder"):
        await AgentOSCodeExecutor(tmp_path / "none").start()
    with pytest.raises(Exception, match="memory"):
        await AgentOSCodeExecutor(limits={"memory": "much"}).start()


async def test_the_kernel_judges_what_code_may_do() -> None:
    async with AgentOSCodeExecutor(permissions={"can_exec": False}) as executor:
        result = await run(executor, ("sh", "echo x"))
    assert result.exit_code == 1
    assert result.output.startswith("PERMISSION_DENIED")


async def test_its_agent_is_there_while_it_runs_and_gone_after(operator: AgentOSClient) -> None:
    async with AgentOSCodeExecutor(name="code-here"):
        assert [agent.level for agent in operator.list() if agent.name == "code-here"] == ["sandboxed"]
        with pytest.raises(Exception, match="code-here"):
            await AgentOSCodeExecutor(name="code-here").start()
    assert "code-here" not in [agent.name for agent in operator.list() if agent.running]


def test_it_can_be_dumped_and_loaded() -> None:
    executor = AgentOSCodeExecutor("/srv/work", timeout=7, limits={"memory": "64M"})
    loaded = AgentOSCodeExecutor.load_component(executor.dump_component())
    assert loaded.dump_component() == executor.dump_component()


async def test_says_when_no_kernel_runs(tmp_path: Path) -> None:
    with pytest.raises(NotRunning, match=str(tmp_path)):
        await AgentOSCodeExecutor(socket_path=str(tmp_path / "none")).start()


async def test_goes_on_with_a_kernel_that_has_come_back(operator: AgentOSClient, tmp_path: Path) -> None:
    with Daemon() as daemon:
        async with AgentOSCodeExecutor(tmp_path, socket_path=daemon.socket) as executor:
            task = asyncio.create_task(run(executor, ("sh", "touch begun; exec sleep 4244")))
            await asyncio.to_thread(operator.exec, f"until [ -e {tmp_path}/begun ]; do sleep 0.01; done", timeout=20)
            await asyncio.to_thread(daemon.stop, signal.SIGKILL)
            lost = await task
            assert lost.exit_code == 1
            assert "CONNECTION_LOST" in lost.output
            assert "NOT_RUNNING" in (await run(executor, ("sh", "echo x"))).output
            await asyncio.to_thread(daemon.start)
            assert (await run(executor, ("sh", "echo back"))).output == "back\n"


INSIDE = """
import asyncio, sys
from autogen_core import CancellationToken
from autogen_core.code_executor import CodeBlock
from agentos.autogen import AgentOSCodeExecutor

async def main():
    async with AgentOSCodeExecutor("/workspace") as executor:
        block = CodeBlock(code="echo I am $AGENTOS_AGENT_NAME in $(pwd)", language="sh")
        print((await executor.execute_code_blocks([block], CancellationToken())).output, end="")

asyncio.run(main())
"""


@pytest.mark.parametrize("sandboxed", [True, False])
def test_within_an_agent_code_runs_in_that_agents_sandbox(
    operator: AgentOSClient, tmp_path: Path, sandboxed: bool
) -> None:
    program = tmp_path / "inside.py"
    program.write_text(INSIDE)
    folders = {sys.prefix, sys.base_prefix} if sandboxed else set()
    agent = operator.spawn(
        "insider",
        str(program),
        sandboxed,
        python=sys.executable,
        mounts=[{"source": folder, "target": folder, "mode": "ro"} for folder in folders],
    )
    record = operator.wait(agent.id, timeout=60)
    lines = [entry.line for entry in operator.logs(agent.id).entries if entry.stream != "kernel"]
    if sandboxed:
        assert lines == ["I am insider in /workspace"]
    else:
        assert record.exit_code != 0
        assert "code is only run in a sandbox" in lines[-1]
