# SPDX-License-Identifier: MIT
"""Starting and stopping a kernel of one's own."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).parents[3]
# Longer than a first start needs, which builds what is missing.
START_SECONDS = 600
STOP_SECONDS = 30
TRY_AGAIN_SECONDS = 0.05

Spawn = Callable[..., Any]

# What the offline model answers; see docs/contract/llm-service.md.
LLM_SCRIPT = {
    "rules": [
        {"match": "capital of (\\w+)", "content": "I was asked about $1"},
        {"match": "take your time", "content": "done", "delay_ms": 60_000},
        {"match": "fail", "error": {"code": "RESOURCE_EXHAUSTED", "message": "slow down", "retry_after_ms": 200}},
        {"match": "How many words", "tool_calls": [{"name": "done", "arguments": {"answer": "one word"}}]},
        {"match": "add", "tool_calls": [{"name": "add", "arguments": {"a": 1, "b": 2}}]},
    ],
    "default": {"content": "the offline answer"},
}


class Daemon:
    """A kernel with a socket and a state of its own, for the length of a `with` statement.

    It is started with AGENTOS_DAEMON_COMMAND, or with `./agentos daemon` of the repository. `llm_script` is what the
    offline model answers; it is read at each start. `owner` is who its folder belongs to, if the command starts it as
    another user. `configuration` is its agentos.toml.
    """

    def __init__(
        self, llm_script: dict[str, Any] = LLM_SCRIPT, owner: int | None = None, configuration: str = ""
    ) -> None:
        self.llm_script = llm_script
        self._configuration = configuration
        self._folder = Path(tempfile.mkdtemp(prefix="agentos-sdk-"))
        if owner is not None:
            os.chown(self._folder, owner, owner)
        self.socket = str(self._folder / "kernel.sock")
        self.log = self._folder / "kernel.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Daemon:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        shutil.rmtree(self._folder)

    @property
    def process_id(self) -> int:
        """Of the one that runs."""
        assert self._process is not None
        return self._process.pid

    def socket_of(self, agent_id: int) -> str:
        """Where one is that agent: its own socket. Of an agent without a sandbox we are the user, so we may come in."""
        return str(self._folder / "run" / "agents" / str(agent_id) / "agentos.sock")

    def start(self) -> None:
        """Start it, and return once it accepts connections."""
        command = os.environ.get("AGENTOS_DAEMON_COMMAND") or f"{shlex.quote(str(REPOSITORY / 'agentos'))} daemon"
        script = self._folder / "llm.json"
        script.write_text(json.dumps(self.llm_script))
        # In the folder that it starts in, where it looks first.
        (self._folder / "agentos.toml").write_text(self._configuration)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")},
            "AGENTOS_SOCKET": self.socket,
            "AGENTOS_STATE_DIR": str(self._folder / "state"),
            "AGENTOS_RUNTIME_DIR": str(self._folder / "run"),
            "AGENTOS_LLM_SCRIPT": str(script),
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                shlex.split(command),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
            )
        for _ in range(round(START_SECONDS / TRY_AGAIN_SECONDS)):
            if self._accepts():
                return
            try:
                status = self._process.wait(TRY_AGAIN_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"`{command}` ended with {status} instead of serving:\n{self._last_words()}")
        raise AssertionError(f"`{command}` accepts no connections after {START_SECONDS} s:\n{self._last_words()}")

    def stop(self, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End it, and return once it is gone, with whatever its start has left behind."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.send_signal(with_signal)
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the kernel ignores {with_signal.name} for {STOP_SECONDS} s") from None
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass  # Nothing is left, as it should be.
            process.wait()

    def _accepts(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.socket) == 0

    def _last_words(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]
