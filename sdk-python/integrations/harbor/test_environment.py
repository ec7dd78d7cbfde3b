# SPDX-License-Identifier: MIT
"""The environment by itself: what it refuses, commands, and files in and out."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from shutil import rmtree
from tarfile import FilterError
from typing import Any

import pytest
from environments import make
from harbor.environments.base import OutputStream, SandboxBuildFailedError

from agentos import AgentOSClient
from agentos.harbor import AgentOSEnvironment


@pytest.mark.parametrize("name", ["Dockerfile", "docker-compose.yaml"])
async def test_refuses_what_would_have_to_be_built(name: str, tmp_path: Path) -> None:
    environment = make(tmp_path)
    (tmp_path / "environment" / name).write_text("")
    with pytest.raises(SandboxBuildFailedError, match=f"a-task needs an image .environment/{name}.,"):
        await environment.start(force_build=False)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"config": {"docker_image": "debian:12"}}, "docker_image = 'debian:12'"),
        ({"network": "public"}, "host_network=true"),
        ({"mounts": [{"type": "volume", "source": "x", "target": "/x"}]}, "not a volume at /x"),
    ],
)
async def test_refuses_to_start_what_it_does_not_have(settings: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    with pytest.raises(SandboxBuildFailedError, match=complaint):
        await make(tmp_path, **settings).start(force_build=False)


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"config": {"gpus": 1}}, "GPU"),
        ({"config": {"os": "windows"}}, "Windows"),
        ({"network": "allowlist"}, "allowlist"),
    ],
)
def test_says_what_it_can_t_do(settings: dict[str, Any], complaint: str, tmp_path: Path) -> None:
    with pytest.raises((ValueError, RuntimeError), match=complaint):
        make(tmp_path, **settings)


async def test_commands(started: AgentOSEnvironment) -> None:
    ran = await started.exec("echo $WORD; pwd; [[ a == a ]] && id -un >&2; exit 3", env={"WORD": "harbour"})
    assert (ran.return_code, ran.stdout, ran.stderr) == (3, "harbour\n/app\n", "agent\n")
    assert (await started.exec("pwd", cwd="/logs")).stdout == "/logs\n"
    assert (await started.exec("id -u", user="root")).stdout == "1000\n"
    with pytest.raises(ValueError, match="one user, agent"):
        await started.exec("id", user="postgres")


async def test_output_is_told_as_it_comes(started: AgentOSEnvironment) -> None:
    heard: list[tuple[str, str]] = []

    async def listen(text: str, stream: OutputStream) -> None:
        heard.append((stream, text))

    with started.scoped_output_callback(listen):
        ran = await started.exec("echo out; echo err >&2")
    assert sorted(heard) == [("stderr", "err\n"), ("stdout", "out\n")]
    assert ran.stdout == "out\n"


async def test_a_command_that_takes_too_long_ends(started: AgentOSEnvironment) -> None:
    with pytest.raises(RuntimeError, match="timed out after 1 seconds"):
        await started.exec("echo x >beats; (while :; do echo x >>beats; sleep 0.05; done) & wait", timeout_sec=1)
    counts = await started.exec("wc -c <beats; sleep 0.3; wc -c <beats")
    before, after = (counts.stdout or "").split()
    assert before == after


async def test_files_and_programs_go_in_and_out(started: AgentOSEnvironment, tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\0' x >/app/deep/out\n")
    program.chmod(0o755)
    await started.upload_file(program, "/app/deep/program")
    assert (await started.exec("/app/deep/program")).return_code == 0
    await started.download_file("/app/deep/out", tmp_path / "new" / "out")
    assert (tmp_path / "new" / "out").read_bytes() == b"x" * 3_000_000
    with pytest.raises(FileNotFoundError):
        await started.download_file("/app/none", tmp_path / "none")
    assert await started.is_file("/app/deep/out")
    assert await started.is_dir("/app/deep")


async def test_folders_go_in_and_out(started: AgentOSEnvironment, tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "deep" / "er").mkdir(parents=True)
    (source / "deep" / "er" / "file").write_bytes(b"\xff\x00")
    (source / "link").symlink_to("deep/er/file")
    await started.upload_dir(source, "/tests")
    await started.exec("mkfifo /tests/pipe; echo more >/tests/deep/more")
    await started.download_dir("/tests", tmp_path / "target")
    assert (tmp_path / "target" / "deep" / "er" / "file").read_bytes() == b"\xff\x00"
    assert os.readlink(tmp_path / "target" / "link") == "deep/er/file"
    assert (tmp_path / "target" / "deep" / "more").read_text() == "more\n"
    assert not (tmp_path / "target" / "pipe").exists()
    await started.download_dir_filtered(source_dir="/tests", target_dir=tmp_path / "some", include=["*more"])
    assert [path.name for path in (tmp_path / "some").rglob("*") if path.is_file()] == ["more"]
    assert (await started.exec("ls -A /var/tmp")).stdout == ""


async def test_a_hostile_link_does_not_come_out(started: AgentOSEnvironment, tmp_path: Path) -> None:
    await started.exec("ln -s /etc /app/etc")
    with pytest.raises(FilterError):
        await started.download_dir("/app", tmp_path / "target")
    assert not (tmp_path / "target" / "etc").exists()


async def test_the_task_s_files_limits_and_folder(tmp_path: Path) -> None:
    (tmp_path / "environment").mkdir()
    (tmp_path / "environment" / "data").write_text("42")
    shown = tmp_path / "shown"
    shown.mkdir()
    (shown / "word").write_text("harbour")
    mounts = [{"type": "bind", "source": str(shown), "target": "/shown", "read_only": True}]
    environment = make(tmp_path, {"workdir": "/work/here", "memory_mb": 128, "env": {"A": "b"}}, mounts=mounts)
    await environment.start(force_build=False)
    try:
        assert (await environment.exec("pwd; cat data; echo $A")).stdout == "/work/here\n42b\n"
        assert (await environment.exec("cat /shown/word")).stdout == "harbour"
        assert (await environment.exec("touch /shown/new")).return_code == 1
        assert (await environment.exec("/usr/bin/python3 -c 'bytearray(300 << 20)'")).return_code != 0
    finally:
        await environment.stop(delete=True)


async def test_the_files_can_be_kept(tmp_path: Path, operator: AgentOSClient, caplog: pytest.LogCaptureFixture) -> None:
    environment = make(tmp_path)
    await environment.start(force_build=False)
    await environment.exec("echo 42 >/app/result")
    with caplog.at_level("INFO"):
        await environment.stop(delete=False)
    folder = Path(caplog.messages[-1].split()[-1])
    assert [path.read_text() for path in folder.rglob("result")] == ["42\n"]
    assert not [agent for agent in operator.list() if agent.running]
    rmtree(folder)


async def test_a_command_that_is_cancelled_ends(started: AgentOSEnvironment) -> None:
    endless = asyncio.create_task(started.exec("while :; do echo x >>pulse; sleep 0.05; done"))
    await started.exec("until [ -e pulse ]; do sleep 0.02; done", timeout_sec=20)
    endless.cancel()
    with pytest.raises(asyncio.CancelledError):
        await endless
    still = "a=$(wc -c <pulse); sleep 0.3; until [ $(wc -c <pulse) = $a ]; do a=$(wc -c <pulse); sleep 0.3; done"
    assert (await started.exec(still, timeout_sec=20)).return_code == 0
