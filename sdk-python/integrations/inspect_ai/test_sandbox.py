# SPDX-License-Identifier: MIT
"""What Inspect's suite for sandboxes does not ask: settings, bounds, users, ends."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.util import OutputLimitExceededError, SandboxUnavailableError, SandboxUserUnsupportedError
from inspect_ai.util._sandbox.limits import override_max_exec_output_size
from kernel.daemon import Daemon
from places import sandbox

from agentos import AgentOSClient
from agentos.inspect_ai import AgentOSSandboxConfig, AgentOSSandboxEnvironment
from agentos.inspect_ai._config import load


async def test_a_sandbox_has_one_user(sandbox_env: AgentOSSandboxEnvironment) -> None:
    for user in ("agent", "1000"):
        assert (await sandbox_env.exec(["id", "-un"], user=user)).stdout == "agent\n"
    with pytest.raises(SandboxUserUnsupportedError, match="one user, agent"):
        await sandbox_env.exec(["id"], user="root")


async def test_it_sees_no_other_s_files_and_no_network(sandbox_env: AgentOSSandboxEnvironment, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of the host")
    assert (await sandbox_env.exec(["cat", str(tmp_path / "secret")])).returncode == 1
    async with sandbox() as other:
        await other.write_file("mine", "x")
        assert (await sandbox_env.exec(["cat", "mine"])).returncode == 1
    ran = await sandbox_env.exec(["cat", "/proc/net/dev"])
    assert "eth" not in ran.stdout


async def test_it_can_t_ask_the_model_under_test(sandbox_env: AgentOSSandboxEnvironment) -> None:
    permissions = (await (await sandbox_env.place.client()).get_permissions()).permissions
    assert [permissions[name] for name in ("can_think", "can_http", "can_spawn")] == [False, False, False]


@pytest.mark.parametrize("program", ["no-such-program", "/no/such/program"])
async def test_a_program_that_is_not_there_is_a_result(sandbox_env: AgentOSSandboxEnvironment, program: str) -> None:
    ran = await sandbox_env.exec([program])
    assert (ran.success, ran.returncode) == (False, 127)
    assert "No such file" in ran.stderr


async def test_a_folder_that_is_not_there_is_a_result(sandbox_env: AgentOSSandboxEnvironment) -> None:
    ran = await sandbox_env.exec(["ls"], cwd="no/such/folder")
    assert (ran.success, ran.returncode) == (False, 127)
    assert "/workspace/no/such/folder" in ran.stderr


@pytest.mark.parametrize("stream", ["1", "2"])
async def test_output_over_the_limit_ends_the_command(sandbox_env: AgentOSSandboxEnvironment, stream: str) -> None:
    with override_max_exec_output_size(100_000), pytest.raises(OutputLimitExceededError) as raised:
        await sandbox_env.exec(["sh", "-c", f"yes kernel >&{stream}"], timeout=60)
    assert raised.value.truncated_output == ("kernel\n" * 15_000)[:100_000]


async def test_output_at_the_limit_is_whole(sandbox_env: AgentOSSandboxEnvironment) -> None:
    with override_max_exec_output_size(100_000):
        ran = await sandbox_env.exec(["sh", "-c", "yes kernel | head -c 100000"])
    assert ran.stdout == ("kernel\n" * 15_000)[:100_000]


async def test_output_that_is_no_text(sandbox_env: AgentOSSandboxEnvironment) -> None:
    assert (await sandbox_env.exec(["printf", r"a\377\303(b"])).stdout == "a\ufffd\ufffd(b"


async def test_a_file_that_is_no_text(sandbox_env: AgentOSSandboxEnvironment) -> None:
    await sandbox_env.write_file("binary", b"\xff\xfe")
    with pytest.raises(UnicodeDecodeError):
        await sandbox_env.read_file("binary")


async def test_line_ends_are_kept(sandbox_env: AgentOSSandboxEnvironment) -> None:
    await sandbox_env.write_file("lines", "a\r\nb\rc\n")
    assert await sandbox_env.read_file("lines") == "a\r\nb\rc\n"


async def test_what_a_timeout_keeps_and_ends(sandbox_env: AgentOSSandboxEnvironment) -> None:
    # The loop only appends: wherever the end falls, what was written before is there.
    script = "trap '' TERM; echo x >beats; echo begun; (while :; do echo x >>beats; sleep 0.05; done) & wait"
    with pytest.raises(TimeoutError) as raised:
        await sandbox_env.exec(["sh", "-c", script], timeout=2)
    assert raised.value.truncated_output == "begun\n"  # type: ignore[attr-defined] # as Inspect's own do
    counts = await sandbox_env.exec(["sh", "-c", "wc -c <beats; sleep 0.3; wc -c <beats"])
    before, after = counts.stdout.split()
    assert before == after


async def test_a_cancelled_command_ends(sandbox_env: AgentOSSandboxEnvironment) -> None:
    endless = asyncio.create_task(sandbox_env.exec(["sh", "-c", "while :; do echo x >>pulse; sleep 0.05; done"]))
    await sandbox_env.exec(["sh", "-c", "until [ -e pulse ]; do sleep 0.02; done"], timeout=20)
    endless.cancel()
    with pytest.raises(asyncio.CancelledError):
        await endless
    await sandbox_env.exec(
        [
            "sh",
            "-c",
            "a=$(wc -c <pulse); sleep 0.3; until [ $(wc -c <pulse) = $a ]; do a=$(wc -c <pulse); sleep 0.3; done",
        ],
        timeout=20,
    )


async def test_input_leaves_nothing_behind(sandbox_env: AgentOSSandboxEnvironment) -> None:
    await sandbox_env.exec(["wc", "-c"], input=b"\xff" * 3_000_000)
    assert (await sandbox_env.exec(["ls", "-A", "/var/tmp"])).stdout == ""


async def test_words_that_only_a_file_holds_are_passed_as_they_are(sandbox_env: AgentOSSandboxEnvironment) -> None:
    odd = ["it's", '"$HOME"', "`id`", "a\nb", "", "\\", "é"]
    ran = await sandbox_env.exec(["printf", "[%s]", *odd], input=b"\xff")
    assert ran.stdout == "".join(f"[{word}]" for word in odd)


async def test_settings(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "word").write_text("harbour")
    file = tmp_path / "agentos-sandbox.yaml"
    file.write_text("mounts: [{source: data, target: /data}]\nenv: {WORD: /data/word}\nlimits: {memory: 64M}\n")
    settings = load(str(file))
    async with sandbox(**settings.model_dump()) as environment:
        assert (await environment.exec(["sh", "-c", "cat $WORD"])).stdout == "harbour"
        assert (await environment.exec(["touch", "/data/new"])).returncode == 1
        hungry = "x = bytearray(200 << 20)"
        assert not (await environment.exec(["/usr/bin/python3", "-c", hungry])).success
    assert not environment.place.folder.exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("memory: 64M", "memory"), ("limits: 5", "limits"), ("a: [", "can't set up"), ("mounts: [{source: x}]", "target")],
)
async def test_settings_that_make_no_sense(text: str, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "agentos-sandbox.yaml"
    file.write_text(text)
    with pytest.raises(ValueError, match=complaint):
        load(str(file))


async def test_what_the_kernel_refuses_leaves_nothing_behind(operator: AgentOSClient) -> None:
    before = {agent.id for agent in operator.list()}
    with pytest.raises(Exception, match="memory"):
        async with sandbox(limits={"memory": "much"}):
            pass
    assert {agent.id for agent in operator.list() if agent.running} <= before


async def test_files_can_be_kept(capsys: pytest.CaptureFixture[str], operator: AgentOSClient) -> None:
    config = AgentOSSandboxConfig()
    started = await AgentOSSandboxEnvironment.sample_init("kept", config, {})
    environment = started["default"].as_type(AgentOSSandboxEnvironment)
    await environment.write_file("result", "42")
    await AgentOSSandboxEnvironment.task_cleanup("kept", config, cleanup=False)

    assert str(environment.place.folder) in capsys.readouterr().out
    assert (environment.place.folder / "workspace" / "result").read_text() == "42"
    assert not [agent for agent in operator.list() if agent.running and agent.name == environment.place.name]
    await environment.place.end()


async def test_the_command_line_s_cleanup(operator: AgentOSClient) -> None:
    bystander = operator.spawn("bystander", command=["/bin/sleep", "1000"])
    async with sandbox() as first, sandbox() as second:
        await AgentOSSandboxEnvironment.cli_cleanup(first.place.name)
        living = {agent.name for agent in operator.list() if agent.running}
        assert first.place.name not in living
        assert {second.place.name, "bystander"} <= living
    operator.kill(bystander.id, grace=0)


async def test_a_kernel_that_is_lost_and_comes_back() -> None:
    with Daemon() as daemon:
        async with sandbox(kernel=daemon.socket) as environment:
            await environment.write_file("kept", "x")
            running = asyncio.create_task(environment.exec(["sh", "-c", "touch begun; sleep 1000"]))
            await environment.exec(["sh", "-c", "until [ -e begun ]; do sleep 0.02; done"], timeout=20)
            await asyncio.to_thread(daemon.stop, signal.SIGKILL)
            with pytest.raises(SandboxUnavailableError):
                await running
            with pytest.raises(SandboxUnavailableError, match="agentos daemon"):
                await environment.exec(["true"])
            await asyncio.to_thread(daemon.start)
            assert await environment.read_file("kept") == "x"


def test_settings_are_keys_and_come_back_from_a_log() -> None:
    fields: dict[str, Any] = {"limits": {"memory": "64M"}, "mounts": [{"source": "/srv", "target": "/srv"}]}
    config = AgentOSSandboxConfig(**fields)
    again = AgentOSSandboxEnvironment.config_deserialize(config.model_dump(mode="json"))
    assert again == config
    assert hash(again) == hash(config)
