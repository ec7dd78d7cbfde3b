# SPDX-License-Identifier: MIT
"""The programs that are compared, each told to show the same files in the same places."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.failure import BenchFailure

HOME = Path(os.environ.get("AGENTOS_HOME", Path(__file__).resolve().parents[2]))
HELPER = HOME / "sandbox-native" / "build" / "agentos-sandbox"
BARE = HOME / "sandbox-native" / "build" / "bare"
PAYLOAD = "/usr/bin/true"
INSIDE_ID = 1000
OUTSIDE_ID = 100_000
_TMPFS_BYTES = 64 << 20
_TMPFS_INODES = 16_384
_TRY_SECONDS = 30

# What an agent is shown of the host.
_SYSTEM = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    "alternatives ca-certificates ca-certificates.conf debian_version ld.so.cache ld.so.conf ld.so.conf.d localtime "
    "magic mime.types nsswitch.conf os-release passwd group protocols python3 python3.11 services ssl/certs "
    "ssl/openssl.cnf"
).split()


@dataclass(frozen=True)
class Contender:
    """One way to run the payload.

    Attributes:
        name: what tables call it.
        command: its words, the payload's included.
    """

    name: str
    command: list[str]

    def run(self) -> None:
        """Runs the payload once, and waits for it."""
        pid = os.posix_spawn(self.command[0], self.command, {"PATH": os.defpath})
        _, status = os.waitpid(pid, 0)
        if status != 0:
            raise BenchFailure(f"{self.name} failed with status {os.waitstatus_to_exitcode(status)}")


def _mounts(workspace: Path) -> list[tuple[str, str, str]]:
    """Option, source and destination of each, in words that the helper, bubblewrap and the bare program share."""
    found = [("--ro-bind", "/usr", "/usr")]
    for folder in _SYSTEM:
        if os.path.islink(folder):
            found.append(("--symlink", os.readlink(folder), folder))
        elif os.path.isdir(folder):
            found.append(("--ro-bind", folder, folder))
    found += [("--ro-bind", f"/etc/{name}", f"/etc/{name}") for name in _ETC if os.path.exists(f"/etc/{name}")]
    return [*found, ("--bind", str(workspace), "/workspace")]


def _words(workspace: Path) -> list[str]:
    return [word for mount in _mounts(workspace) for word in mount]


def helper(workspace: Path, payload: list[str], *options: str) -> list[str]:
    """The command of a sandbox as the kernel plans it for an agent."""
    ids = ["--uid", str(INSIDE_ID), "--gid", str(INSIDE_ID)]
    if os.geteuid() == 0:
        ids += ["--map-uid", str(OUTSIDE_ID), "--map-gid", str(OUTSIDE_ID)]
    own = ["--proc", "/proc", "--dev", "/dev", str(_TMPFS_BYTES)]
    own += ["--tmpfs", "/tmp", str(_TMPFS_BYTES), str(_TMPFS_INODES), "--chdir", "/workspace"]
    return [str(HELPER), *options, *ids, *_words(workspace), *own, "--", *payload]


def bubblewrap(workspace: Path) -> list[str]:
    words = ["--unshare-all", "--unshare-user", "--uid", str(INSIDE_ID), "--gid", str(INSIDE_ID)]
    words += ["--die-with-parent", "--new-session", "--clearenv", "--hostname", "agent", *_words(workspace)]
    words += ["--proc", "/proc", "--dev", "/dev", "--size", str(_TMPFS_BYTES), "--tmpfs", "/tmp"]
    return ["bwrap", *words, "--chdir", "/workspace", PAYLOAD]


def _oci_mount(option: str, source: str, destination: str) -> dict[str, Any]:
    options = ["rbind", "nosuid", "nodev", *(["ro"] if option == "--ro-bind" else [])]
    return {"destination": destination, "type": "bind", "source": source, "options": options}


def _tmpfs(destination: str) -> dict[str, Any]:
    options = ["nosuid", "nodev", f"size={_TMPFS_BYTES}", "mode=1777"]
    return {"destination": destination, "type": "tmpfs", "source": "tmpfs", "options": options}


def write_bundle(folder: Path, workspace: Path) -> None:
    """An OCI bundle with the same mounts, namespaces and inner ids; runc wants all ids mapped."""
    root = folder / "rootfs"
    root.mkdir()
    shown = _mounts(workspace)
    for option, target, link in shown:
        if option == "--symlink":
            (root / link[1:]).symlink_to(target)
    mounts = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        _tmpfs("/dev"),
        _tmpfs("/dev/shm"),
        _tmpfs("/tmp"),
    ]
    mounts += [_oci_mount(*mount) for mount in shown if mount[0] != "--symlink"]
    mapping = [{"containerID": 0, "hostID": OUTSIDE_ID, "size": 65_536}]
    ids = {"uid": INSIDE_ID, "gid": INSIDE_ID}
    process = {"terminal": False, "user": ids, "args": [PAYLOAD], "cwd": "/workspace", "noNewPrivileges": True}
    kinds = ("user", "mount", "pid", "network", "uts", "ipc", "cgroup")
    linux = {"uidMappings": mapping, "gidMappings": mapping, "namespaces": [{"type": kind} for kind in kinds]}
    config = {"ociVersion": "1.0.0", "process": process, "root": {"path": "rootfs"}, "hostname": "agent"}
    (folder / "config.json").write_text(json.dumps({**config, "mounts": mounts, "linux": linux}))
    # The mount points are made by the bundle's own root.
    os.chown(root, OUTSIDE_ID, OUTSIDE_ID)
    for path in (folder, root):
        path.chmod(0o755)


def _runtimes(bundle: Path) -> dict[str, list[str]]:
    state = str(bundle / "state")
    rest = ["run", "--bundle", str(bundle), "agentos-bench"]
    return {
        "crun": ["crun", "--cgroup-manager=disabled", "--root", state, *rest],
        "runc": ["runc", "--root", state, *rest],
    }


def _tried(name: str, words: list[str]) -> tuple[Contender | None, str]:
    """The contender, or why it can't take part."""
    program = shutil.which(words[0]) or shutil.which(words[0], path="/usr/sbin:/usr/local/sbin:/sbin")
    if program is None:
        return None, f"{name} is not installed"
    contender = Contender(name, [program, *words[1:]])
    done = subprocess.run(contender.command, capture_output=True, text=True, timeout=_TRY_SECONDS, check=False)
    said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return (contender, "") if done.returncode == 0 else (None, f"{name} does not run here: {said[:200]}")


def ours(workspace: Path) -> list[Contender]:
    """What must work: a plain start, the bare program, the helper."""
    return [
        Contender("no sandbox", [PAYLOAD]),
        Contender("bare clone3 program", [str(BARE), *_words(workspace), PAYLOAD]),
        Contender("agentos-sandbox", helper(workspace, [PAYLOAD])),
    ]


def others(workspace: Path, bundle: Path) -> tuple[list[Contender], list[str]]:
    """What is installed and runs here, and why the rest does not."""
    commands = {"bubblewrap --unshare-all": bubblewrap(workspace)}
    notes = []
    if os.geteuid() == 0:
        write_bundle(bundle, workspace)
        commands |= _runtimes(bundle)
    else:
        notes.append("crun and runc are compared by root only")
    found = []
    for name, words in commands.items():
        contender, reason = _tried(name, words)
        if contender is not None:
            found.append(contender)
        else:
            notes.append(reason)
    return found, notes
