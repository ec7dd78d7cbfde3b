# SPDX-License-Identifier: MIT
"""Stands between an MCP server and the agents that call it: the program of an agent `mcp-NAME`.

    python3 -m agentos.mcp_servers.relay [--cwd DIR] [--setenv NAME=VALUE]... -- COMMAND...

It runs COMMAND, an MCP server over standard input and output, and initializes it once for all. An agent calls it by a
message `{"mcp": CALL, "method": "tools/call", "params": {...}, "timeout": 60}` and is answered by a message
`{"mcp": CALL, "result": {...}}` or `{"mcp": CALL, "error": {"code": ..., "message": ...}}`. The server sees no agent
and no other agent's call: requests get ids of the relay's own. When the server ends, so does the relay, and the
agent's restart policy decides.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any, NoReturn

from agentos import AgentOSClient, AgentOSError, KernelError, TransportError, __version__

from . import _limits
from ._child import Child

# What agents may ask of a server. Everything else, such as logging/setLevel, would change it for the other agents too.
METHODS = frozenset(
    {
        "tools/list",
        "tools/call",
        "resources/list",
        "resources/templates/list",
        "resources/read",
        "prompts/list",
        "prompts/get",
        "completion/complete",
    }
)
REVISIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
_INITIALIZE = 0
# As serializers write it: the id before the result.
_HEAD_ID = re.compile(rb'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d{1,15})\s*[,}]')


@dataclass(frozen=True)
class _Pending:
    """A call that the server has not answered."""

    sender: int
    call: str
    deadline: float


class Relay:
    """Carries calls to one server, and its answers back."""

    def __init__(self, inbox: AgentOSClient, outbox: AgentOSClient, command: list[str], folder: str) -> None:
        """Start the server. Two clients, so that an answer does not wait for the next call.

        Raises:
            OSError: it cannot be started.
        """
        self._inbox = inbox
        self._outbox = outbox
        payload_bytes = inbox.kernel.limits["max_payload"]
        self._answer_bytes_most = payload_bytes - _limits.ENVELOPE_BYTES
        self._child = Child(command, folder, _limits.LINE_PAYLOADS * payload_bytes)
        self._lock = threading.Lock()
        self._pending: dict[int, _Pending] = {}
        self._last_id = _INITIALIZE
        self._complaints = 0
        self._initialized = threading.Event()
        self._ending = False

    def run(self) -> None:
        """Serve until the process ends: by the server's end, the kernel's, or a signal."""
        threading.Thread(target=self._listen, daemon=True).start()
        about = {"name": "agentos", "version": __version__}
        asked = {"protocolVersion": REVISIONS[0], "capabilities": {}, "clientInfo": about}
        self._tell({"id": _INITIALIZE, "method": "initialize", "params": asked})
        if not self._initialized.wait(_limits.START_SECONDS):
            self._give_up(f"did not answer initialize within {_limits.START_SECONDS:g} s")
        self._tell({"method": "notifications/initialized"})
        while True:
            try:
                messages = self._inbox.recv(wait=self._patience()).messages
            except TransportError:
                if self._ending:
                    _rest()
                raise
            for message in messages:
                self._take(message.sender, message.message)
            self._expire()

    def stop(self) -> None:
        """End the server."""
        self._child.stop()

    # What agents say: by the main thread.

    def _patience(self) -> bool | float:
        with self._lock:
            deadlines = [pending.deadline for pending in self._pending.values()]
        # At least a little: no wait at all would be answered at once.
        return max(0.01, min(deadlines) - time.monotonic()) if deadlines else True

    def _take(self, sender: int, message: Any) -> None:
        """Pass a call on; what is none is not for us, and answering it could go on for ever."""
        if not isinstance(message, dict) or "method" not in message:
            return
        call = message.get("mcp")
        if not isinstance(call, str) or not 0 < len(call) <= _limits.CALL_NAME_CHARACTERS:
            return
        method, params = message["method"], message.get("params", {})
        seconds = message.get("timeout", _limits.CALL_SECONDS)
        if not isinstance(method, str) or method not in METHODS:
            known = ", ".join(sorted(METHODS))
            self._refuse(sender, call, _limits.UNKNOWN_METHOD, f"there is no such method here; there are {known}")
        elif not isinstance(params, dict):
            self._refuse(sender, call, _limits.INVALID_PARAMS, "params must be an object")
        elif not _is_time(seconds):
            most = _limits.CALL_SECONDS_LONGEST
            self._refuse(sender, call, _limits.INVALID_PARAMS, f"timeout must be above 0 and at most {most:g} seconds")
        else:
            self._forward(sender, call, {"method": method, "params": params}, seconds)

    def _forward(self, sender: int, call: str, request: dict[str, Any], seconds: float) -> None:
        with self._lock:
            held = len(self._pending)
            own = sum(pending.sender == sender for pending in self._pending.values())
            full = self._ending or len(self._pending) >= _limits.PENDING_CALLS
            if not full and own < _limits.PENDING_CALLS_OF_ONE:
                self._last_id += 1
                number = self._last_id
                self._pending[number] = _Pending(sender, call, time.monotonic() + seconds)
        if full or own >= _limits.PENDING_CALLS_OF_ONE:
            words = f"{own} calls of this agent wait for the server, and of all together {held}; try again"
            self._refuse(sender, call, _limits.BUSY, words)
            return
        self._tell({"id": number, **request})

    def _expire(self) -> None:
        now = time.monotonic()
        with self._lock:
            late = [number for number, pending in self._pending.items() if pending.deadline <= now]
            gone = [(number, self._pending.pop(number)) for number in late]
        for number, pending in gone:
            reason = "the caller's time is over"
            self._tell({"method": "notifications/cancelled", "params": {"requestId": number, "reason": reason}})
            self._refuse(pending.sender, pending.call, _limits.TIMED_OUT, "the server did not answer in time")

    # What the server says: by a thread of its own.

    def _listen(self) -> None:
        try:
            for line, whole in self._child.lines():
                if whole:
                    self._hear(line)
                else:
                    self._hear_too_long(line)
            self._give_up(self._child.end())
        except BaseException as error:
            # A relay that no longer listens must not look alive.
            self._give_up(f"could not be listened to ({type(error).__name__}: {error})")

    def _hear(self, line: bytes) -> None:
        if not line.strip():
            return
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self._complain(f"what it wrote is no message: {_shown(line)}")
        elif "method" in message:
            if "id" in message:
                self._answer_server(message)
        elif message.get("id") == _INITIALIZE and not self._initialized.is_set():
            self._greeted(message)
        else:
            self._settle(message.get("id"), message)

    def _hear_too_long(self, head: bytes) -> None:
        found = _HEAD_ID.match(head[: _limits.HEAD_BYTES])
        pending = self._taken(int(found[1])) if found else None
        self._complain(f"a line of it is too long, and was not read: {_shown(head)}")
        if pending is not None:
            self._refuse(pending.sender, pending.call, _limits.TOO_LARGE, self._too_large())

    def _answer_server(self, request: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"id": request["id"]}
        if request["method"] == "ping":
            answer["result"] = {}
        else:
            answer["error"] = {"code": _limits.UNKNOWN_METHOD, "message": "this client has no such method"}
        self._tell(answer)

    def _greeted(self, message: dict[str, Any]) -> None:
        result = message.get("result")
        revision = result.get("protocolVersion") if isinstance(result, dict) else None
        if revision not in REVISIONS:
            told = _shown(json.dumps(message.get("error", revision)).encode())
            self._give_up(f"speaks none of the revisions {', '.join(REVISIONS)}: {told}")
        self._initialized.set()

    def _taken(self, number: Any) -> _Pending | None:
        if type(number) is not int:
            return None
        with self._lock:
            return self._pending.pop(number, None)

    def _settle(self, number: Any, message: dict[str, Any]) -> None:
        pending = self._taken(number)
        if pending is None:
            return  # Late, or an answer to nothing.
        error = message.get("error")
        if isinstance(message.get("result"), dict):
            self._answer(pending, message["result"])
        elif isinstance(error, dict) and type(error.get("code")) is int and isinstance(error.get("message"), str):
            words = error["message"][: _limits.ERROR_CHARACTERS]
            self._refuse(pending.sender, pending.call, error["code"], words)
        else:
            words = "the server's answer has neither a result nor an error"
            self._refuse(pending.sender, pending.call, _limits.BAD_ANSWER, words)

    # What is said to either.

    def _answer(self, pending: _Pending, result: dict[str, Any]) -> None:
        try:
            if len(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode()) > self._answer_bytes_most:
                self._refuse(pending.sender, pending.call, _limits.TOO_LARGE, self._too_large())
                return
            self._outbox.send(pending.sender, {"mcp": pending.call, "result": result})
        except (KernelError, ValueError, RecursionError) as error:
            words = f"the server's answer cannot be sent on: {error}"
            self._refuse(pending.sender, pending.call, _limits.BAD_ANSWER, words[: _limits.ERROR_CHARACTERS])

    def _too_large(self) -> str:
        return f"the server's answer is too large: a message has at most {self._answer_bytes_most} bytes; ask for less"

    def _refuse(self, sender: int, call: str, code: int, words: str) -> None:
        error = {"code": code, "message": words.encode(errors="replace").decode()}
        try:
            self._outbox.send(sender, {"mcp": call, "error": error})
        except KernelError as refusal:
            self._complain(f"an answer to {sender} is lost: {refusal}")

    def _tell(self, message: dict[str, Any]) -> None:
        if not self._child.tell({"jsonrpc": "2.0", **message}):
            self._give_up(f"reads nothing any more ({self._child.end()})")

    def _complain(self, words: str) -> None:
        self._complaints += 1
        if self._complaints <= _limits.COMPLAINTS:
            last = "; no more of this is written" if self._complaints == _limits.COMPLAINTS else ""
            sys.stderr.write(f"relay: {words}{last}\n")

    def _give_up(self, words: str) -> NoReturn:
        """Tell those who wait, and end, whichever thread this is."""
        with self._lock:
            first, self._ending = not self._ending, True
            waiting = [*self._pending.values()]
            self._pending.clear()
        if not first:
            _rest()
        # From here on calls stay in the mailbox, for the next run.
        self._inbox.close()
        sys.stderr.write(f"relay: the server {words}\n")
        try:
            for pending in waiting:
                self._refuse(pending.sender, pending.call, _limits.SERVER_ENDED, f"the server {words}")
        except AgentOSError as error:
            sys.stderr.write(f"relay: {error}\n")
        sys.stderr.flush()
        os._exit(1)


def _rest() -> NoReturn:
    """Leave it to the other thread to end the process."""
    while True:
        threading.Event().wait()


def _is_time(seconds: Any) -> bool:
    return type(seconds) in (int, float) and 0 < seconds <= _limits.CALL_SECONDS_LONGEST


def _shown(line: bytes) -> str:
    text = line[: _limits.SHOWN_CHARACTERS].decode(errors="replace")
    return ascii(text) + ("..." if len(line) > _limits.SHOWN_CHARACTERS else "")


def main() -> None:
    """Run the relay."""
    parser = argparse.ArgumentParser("python3 -m agentos.mcp_servers.relay")
    parser.add_argument("--cwd", default=".", metavar="DIR", help="the server's folder")
    parser.add_argument("--setenv", action="append", default=[], metavar="NAME=VALUE", help="for the server alone")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="the server and its arguments, after --")
    options = parser.parse_args()
    for variable in options.setenv:
        name, _, value = variable.partition("=")
        os.environ[name] = value
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        with AgentOSClient() as inbox, AgentOSClient() as outbox:
            relay = Relay(inbox, outbox, options.command, options.cwd)
            try:
                relay.run()
            finally:
                relay.stop()
    except OSError as error:
        sys.exit(f"relay: {options.command[0]}: {error.strerror or error}")
    except TransportError as error:
        sys.exit(f"relay: {error}")


if __name__ == "__main__":
    main()
