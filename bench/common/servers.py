# SPDX-License-Identifier: MIT
"""The two servers that are measured: a private kernel, and the C echo server it is held against."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .failure import BenchFailure

HOME = Path(os.environ.get("AGENTOS_HOME", Path(__file__).resolve().parents[2]))
PROGRAMS = HOME / "bench" / "build"
SDK = HOME / "sdk-python" / "src"
sys.path.insert(0, str(SDK))

from agentos import AgentOSClient, AgentOSError  # noqa: E402 - found by the line above

_START_SECONDS = 60
_STOP_SECONDS = 20
_POLL_SECONDS = 0.005


class Server:
    """A process that serves a socket, held by its standard input: it ends when that does, even if we are killed.

    Attributes:
        name: what tables call it.
        socket: where it listens.
        pid: its process.
    """

    def __init__(self, name: str, socket: str, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self.socket = socket
        self.pid = process.pid
        self._process = process

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def check_alive(self) -> None:
        if self._process.poll() is not None:
            raise BenchFailure(f"the {self.name} ended with status {self._process.returncode}")


class Kernel(Server):
    """A kernel of its own, with fresh folders that go when it does.

    Args:
        config: what its agentos.toml holds.
    """

    def __init__(self, config: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="agentos-bench-"))
        self.log = self.folder / "kernel.log"
        self.environment = {
            **os.environ,
            "AGENTOS_SOCKET": str(self.folder / "socket"),
            "AGENTOS_STATE_DIR": str(self.folder / "state"),
            "AGENTOS_RUNTIME_DIR": str(self.folder / "run"),
        }
        (self.folder / "agentos.toml").write_text(config)
        begun = time.monotonic()
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [
                    str(HOME / "agentos"),
                    "daemon",
                    "--log-level",
                    "warn",
                    "--until-input-ends",
                    "--config",
                    str(self.folder / "agentos.toml"),
                ],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        super().__init__("kernel", str(self.folder / "socket"), process)
        try:
            self._await_serving()
        except BaseException:
            self.close()
            raise
        self.start_seconds = time.monotonic() - begun

    def __enter__(self) -> Kernel:
        return self

    def client(self) -> AgentOSClient:
        """A connected operator."""
        return AgentOSClient(self.socket).connect()

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.folder)

    def _await_serving(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self.client().close()
                return
            except AgentOSError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = self.log.read_text(errors="replace")[-2000:].strip()
                    raise BenchFailure(f"the kernel did not start: {said or error}") from error
            time.sleep(_POLL_SECONDS)


class EchoServer(Server):
    """bench/src/echo_server.c."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="agentos-bench-")
        socket = f"{self._folder}/socket"
        command = [str(PROGRAMS / "echo_server"), socket]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        super().__init__("C echo server", socket, process)
        if process.stdout is None or process.stdout.readline() != b"ready\n":
            self.close()
            raise BenchFailure("the C echo server did not start")

    def __enter__(self) -> EchoServer:
        return self

    def close(self) -> None:
        super().close()
        shutil.rmtree(self._folder)
