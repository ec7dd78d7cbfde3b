# SPDX-License-Identifier: MIT
"""Runs the loop as a sandboxed agent, and keeps its transcript outside of the sandbox."""

from __future__ import annotations

import json
import os
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Any

from agentos import AgentOSClient, AgentOSError, ExitRecord

from . import _limits
from ._budget import Limits, Price
from ._inside import DOOR
from ._journal import Journal, Record
from ._state import Event, State, end_event
from ._transcript import encode, replay

PYTHON = "/usr/bin/python3"
# tmpfs, which /tmp may be, takes no id mapping before Linux 6.3, and the kernel maps what it mounts.
_FOLDERS = ("/var/tmp", None)  # noqa: S108 - a folder of our own is made there
_CREDENTIALS = struct.Struct("3i")  # struct ucred: pid, uid, gid


@dataclass(frozen=True)
class Order:
    """What an agent is to do, and what it may.

    Attributes:
        task: None to go on with a transcript's.
        name: the agent's.
        workspace: the only folder that it can write.
        level: of its permissions.
        hosts: that its http_request may reach.
        tools: as `Loop` takes them, but for functions.
        mcp: names of MCP servers of the kernel's, whose tools are added.
    """

    task: str | None
    name: str
    workspace: str
    level: str
    hosts: tuple[str, ...]
    tools: tuple[str, ...] | None
    model: str | None
    limits: Limits
    prices: dict[str, Price]
    mcp: tuple[str, ...] = ()

    def about(self) -> dict[str, Any]:
        """What the transcript says of it, from which it is resumed."""
        return {
            "name": self.name,
            "workspace": self.workspace,
            "level": self.level,
            "hosts": self.hosts,
            "tools": self.tools,
            "mcp": self.mcp,
        }


class AgentFailed(Exception):
    """The agent never got to its loop; the text says how it ended."""


class Stage:
    """Where one agent runs its loop.

    Its `run` is interrupted by whatever exception comes up in it (KeyboardInterrupt, a transcript that cannot be
    written): the agent is ended before that goes on its way.
    """

    def __init__(self, client: AgentOSClient, order: Order, events: list[Event], record: Record) -> None:
        """Run it by a client of an operator's; `events` are those to go on from, `record` is given the new ones."""
        self._client = client
        self._order = order
        self._events = events
        self._journal = Journal(replay(events) if events else State(), record)
        self._ended: ExitRecord | AgentOSError | None = None

    @property
    def _state(self) -> State:
        return self._journal.state

    def run(self) -> Event:
        """Return the event that ended the run.

        Raises:
            AgentFailed: it did not begin.
            AgentOSError: the agent could not be started.
        """
        begun = self._state.seq
        with ExitStack() as stack:
            with _door() as (path, listener):
                agent = self._client.spawn(**self._spawning(path))
                stack.callback(self._end_agent, agent.id)
                watch = threading.Thread(target=self._watch, args=(agent.id, listener), daemon=True)
                watch.start()
                peer = _admit(listener, agent.pid)
            # The door is closed now: nothing else that runs in the sandbox is heard.
            if peer is not None:
                with peer, peer.makefile("rb") as told:
                    self._follow(peer, told)
            watch.join(_limits.ENDED_SECONDS)
        watch.join(_limits.ENDED_SECONDS)
        if self._state.seq == begun:
            raise AgentFailed(self._fate(agent.id)[1])
        if self._state.end:
            return self._state.end
        reason, error = self._fate(agent.id)
        return self.finish(reason, error=error)

    def _spawning(self, door: str) -> dict[str, Any]:
        order = self._order
        permissions: dict[str, Any] = {
            "level": order.level,
            "llm": {"max_tokens": max(0, order.limits.tokens - self._state.tokens) + _limits.BACKSTOP_TOKENS},
        }
        if order.hosts:
            permissions.update(can_http=True, network=[*order.hosts])
        return {
            "name": order.name,
            "command": [PYTHON, "-m", "agentos.agentic._inside"],
            # Where nothing can be written: Python would look for modules there first.
            "cwd": "/",
            "workspace": order.workspace,
            "mounts": [{"source": door, "target": DOOR, "mode": "rw"}],
            "permissions": permissions,
            "limits": {"wall_time": max(0.0, order.limits.seconds - self._state.seconds) + _limits.BACKSTOP_SECONDS},
        }

    def _follow(self, peer: socket.socket, told: IO[bytes]) -> None:
        """Say what is to be done, and write down what is told, until the agent hangs up."""
        said = self._send_order(peer)
        while said and (line := _read(told)).endswith(b"\n"):
            event = self._journal.write(json.loads(line))
            said = _say(peer, b"\n") and event["type"] != "end"

    def _send_order(self, peer: socket.socket) -> bool:
        order = self._order
        head = {
            "task": order.task,
            "tools": order.tools,
            "mcp": order.mcp,
            "model": order.model,
            "limits": asdict(order.limits),
            "prices": {name: _price(price) for name, price in order.prices.items()},
            "about": order.about(),
            "events": len(self._events),
        }
        return all(_say(peer, encode(line)) for line in (head, *self._events))

    def _watch(self, agent_id: int, listener: socket.socket) -> None:
        """Keep how the agent ended, and wake up who waits for it to come to the door."""
        try:
            self._ended = self._client.wait(agent_id)
        except AgentOSError as error:
            self._ended = error
        try:
            listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # It came, and nobody waits at the door any more.

    def _end_agent(self, agent_id: int) -> None:
        try:
            self._client.kill(agent_id, grace=0)
        except AgentOSError:
            pass  # It has ended, or its kernel has, which ends it too.

    def _fate(self, agent_id: int) -> tuple[str, str]:
        """Say what became of an agent that hung up without a last word: the reason, and a sentence."""
        if isinstance(self._ended, ExitRecord):
            how = self._ended.detail or self._ended.exit_reason
            return "agent_lost", f"the agent ended: {how}{self._complaint(agent_id)}"
        return "kernel_lost", f"the kernel was lost: {self._ended or 'it does not answer'}"

    def finish(self, reason: str, **more: Any) -> Event:
        """Write the end of a run that cannot do it itself."""
        state = self._state
        elapsed_ms = round(state.seconds * 1000)
        return self._journal.write(end_event(state, time.time_ns() // 1_000_000, reason, elapsed_ms, **more))

    def interrupted(self) -> None:
        """Write that the run was interrupted, if it had begun."""
        self._journal.settle()
        if self._state.seq and not self._state.end:
            self.finish("interrupted")

    def _complaint(self, agent_id: int) -> str:
        try:
            entries = self._client.logs(agent_id, lines=_limits.SHOWN_LINES).entries
        except AgentOSError:
            return ""
        lines = [entry.line for entry in entries if entry.stream == "stderr"]
        return f"; it said: {lines[-1]}" if lines else ""


def _say(peer: socket.socket, line: bytes) -> bool:
    """Send to the agent; False when it has hung up."""
    try:
        peer.sendall(line)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def _read(told: IO[bytes]) -> bytes:
    """The next line from the agent; not a whole one when it has hung up."""
    try:
        return told.readline(_limits.EVENT_BYTES + 1)
    except ConnectionResetError:
        return b""


def _price(price: Price) -> dict[str, float]:
    return {name: value for name, value in asdict(price).items() if value is not None}


@contextmanager
def _door() -> Iterator[tuple[str, socket.socket]]:
    """Listen on a socket in a folder that only we, and whoever is shown the socket, can reach."""
    parent = next(folder for folder in _FOLDERS if folder is None or os.access(folder, os.W_OK))
    with tempfile.TemporaryDirectory(prefix="agentos-agentic-", dir=parent) as folder:
        path = os.path.join(folder, "door")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(path)
            # The agent is another user; nobody else comes through the folder.
            os.chmod(path, 0o666)  # noqa: S103
            listener.listen(1)
            listener.settimeout(_limits.DOOR_SECONDS)
            yield path, listener


def _admit(listener: socket.socket, process_id: int) -> socket.socket | None:
    """Let the agent in, and nobody else; None when it has ended, or does not come."""
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return None
        came, _, _ = _CREDENTIALS.unpack(peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
        if came == process_id:
            return peer
        peer.close()
