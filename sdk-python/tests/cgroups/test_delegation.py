# SPDX-License-Identifier: MIT
"""A kernel of an ordinary user, in a cgroup that was handed to it: what `Delegate=yes` of systemd does."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from cgroups.conftest import SLEEPER, WAIT
from kernel.daemon import REPOSITORY, Daemon

from agentos import AgentOSClient

NOBODY = 65534


@pytest.fixture
def checkout() -> Iterator[Path]:
    """The repository where that user can reach it: the folder above may be closed to others, as /root is."""
    folder = Path(tempfile.mkdtemp(prefix="agentos-checkout-"))
    folder.chmod(0o755)
    subprocess.run(["/bin/mount", "--bind", REPOSITORY, folder], check=True)
    yield folder
    subprocess.run(["/bin/umount", folder], check=True)
    folder.rmdir()


@pytest.fixture
def delegated(monkeypatch: pytest.MonkeyPatch, checkout: Path) -> Iterator[Path]:
    """A group that belongs to that user, and a command that starts a kernel in it."""
    group = Path("/sys/fs/cgroup") / f"delegated-{os.getpid()}"
    group.mkdir()
    for path in [group, *(group / name for name in ("cgroup.procs", "cgroup.subtree_control", "cgroup.threads"))]:
        os.chown(path, NOBODY, NOBODY)
    enter = f"echo $$ >{group}/cgroup.procs; exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups"
    monkeypatch.setenv("AGENTOS_DAEMON_COMMAND", f"sh -c {shlex.quote(f'{enter} {checkout}/agentos daemon')}")
    yield group
    for child in sorted(group.glob("**/"), reverse=True):
        child.rmdir()


def test_limits_hold_without_root(delegated: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    script = tmp_path / "leak.py"
    script.write_text("held = []\nwhile True: held.append(bytearray(b'x' * 1_000_000))\n")
    script.chmod(0o644)
    with Daemon(owner=NOBODY) as daemon, AgentOSClient(daemon.socket) as client:
        agent = client.spawn("leak", command=["/usr/bin/python3", "-c", script.read_text()], limits={"memory": "48M"})
        assert agent.limits["memory"]["enforced_by"] == "cgroup"
        assert client.wait(agent.id, timeout=WAIT).exit_reason == "oom"
        quiet = client.spawn("quiet", command=["/usr/bin/python3", "-c", SLEEPER], limits={"max_pids": 5, "cpu": 0.5})
        assert {limit["enforced_by"] for limit in quiet.limits.values()} == {"cgroup"}
        assert (delegated / "agentos-kernel").is_dir()
