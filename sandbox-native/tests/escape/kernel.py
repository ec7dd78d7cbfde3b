# SPDX-License-Identifier: MIT
"""A private AgentOS kernel for the attackers' agents."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HOME = Path(os.environ.get("AGENTOS_HOME", Path(__file__).resolve().parents[3]))
sys.path.insert(0, str(HOME / "sdk-python" / "src"))

from agentos import AgentOSClient, AgentOSError, TimedOut  # noqa: E402 - found by the line above

__all__ = ["HOME", "Failure", "Kernel", "TimedOut"]

START_SECONDS = 120
STOP_SECONDS = 30
POLL_SECONDS = 0.01

# What of this process's environment a kernel gets. The rest may be the user's secrets.
INHERITED = ("PATH", "JAVA_HOME", "LANG", "LC_ALL", "HOME", "TMPDIR", "_JAVA_OPTIONS")


class Failure(Exception):
    """The attacks could not be made; the text says why."""


class Kernel:
    """A kernel with folders of its own, for the length of a `with` statement. It ends with this process in any case."""

    def __init__(self, secrets: dict[str, str], cgroup: str | None = None) -> None:
        """Start it, with variables that no agent may see, in a cgroup if one is named."""
        self.folder = Path(tempfile.mkdtemp(prefix="agentos-attack-kernel-"))
        self.socket = str(self.folder / "socket")
        self.state = self.folder / "state"
        self.run = self.folder / "run"
        environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        environment |= secrets | {
            "AGENTOS_SOCKET": self.socket,
            "AGENTOS_STATE_DIR": str(self.state),
            "AGENTOS_RUNTIME_DIR": str(self.run),
        }
        enter = ["/bin/sh", "-c", f'echo $$ >"{cgroup}/cgroup.procs" && exec "$@"', "sh"] if cgroup else []
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*enter, str(HOME / "agentos"), "daemon", "--log-level", "warn", "--until-input-ends"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,
            )
        try:
            self._await_serving()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Kernel":
        """Nothing more: it runs."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it and all its agents, and remove its folders."""
        self.close()

    def client(self) -> AgentOSClient:
        """A connected operator."""
        return AgentOSClient(self.socket).connect()

    def close(self) -> None:
        """End it, in an orderly way if it obeys."""
        self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _await_serving(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                self.client().close()
                return
            except AgentOSError as error:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    said = (self.folder / "log").read_text(errors="replace")[-2000:].strip()
                    raise Failure(f"the kernel did not start: {said or error}") from error
            time.sleep(POLL_SECONDS)
