# SPDX-License-Identifier: MIT
"""The other end of a real Unix socket, for what no kernel would do: it speaks the wire format and misbehaves.

What the kernel does is tested against the kernel, in `kernel/`.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

HEADER = struct.Struct("<IIBQ")
MAGIC = 0x41474E54
HELLO = 0xFE
# No test waits longer than this for the other side.
PATIENCE_SECONDS = 30

WELCOME = {
    "success": True,
    "protocol_version": 1,
    "kernel_version": "peer",
    "agent_id": 1,
    "features": [],
    "limits": {"max_payload": 1 << 20},
}


class Talk:
    """One connection, as the peer sees it."""

    def __init__(self, sock: socket.socket, number: int, agent_id: int) -> None:
        self.number = number
        self.agent_id = agent_id
        self._socket = sock

    def read_request(self) -> tuple[int, bytes] | None:
        """The next request, or None once the client has hung up."""
        header = self._read(HEADER.size)
        if header is None:
            return None
        _, _, opcode, size = HEADER.unpack(header)
        payload = self._read(size)
        return None if payload is None else (opcode, payload)

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def answer(self, opcode: int, fields: Any) -> None:
        self.send(self.frame(opcode, json.dumps(fields).encode()))

    def frame(self, opcode: int, payload: bytes) -> bytes:
        return HEADER.pack(MAGIC, self.agent_id, opcode, len(payload)) + payload

    def hang_up(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)

    def wait_for_hang_up(self) -> None:
        """Return when the client has closed its end."""
        while self._socket.recv(4096):
            pass

    def _read(self, size: int) -> bytes | None:
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                return None
            data += part
        return data


Script = Callable[[Talk, int, bytes], None]


def echo(talk: Talk, opcode: int, payload: bytes) -> None:
    """A script that sends each request back."""
    talk.send(talk.frame(opcode, payload))


class Peer:
    """Accepts connections, welcomes each, and leaves the rest to a script, in one thread a connection.

    Args:
        path: where to listen.
        script: called with each request after HELLO.
        welcome: the answer to HELLO, as JSON or as the bytes to send.
        shared_identity: whether all connections get the same agent id, as an agent's do.
    """

    def __init__(
        self,
        path: Path,
        script: Script = echo,
        welcome: dict[str, Any] | bytes = WELCOME,
        shared_identity: bool = True,
    ) -> None:
        self.path = str(path)
        self.talks: list[Talk] = []
        self._script = script
        self._welcome = welcome
        self._shared_identity = shared_identity
        self._threads: list[threading.Thread] = []
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(self.path)
        self._listener.listen(64)

    def __enter__(self) -> Peer:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        for talk in self.talks:
            try:
                talk.hang_up()
            except OSError:
                pass  # The client was faster.
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), "a script of the test does not end"
        self._listener.close()

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            number = len(self.talks)
            talk = Talk(sock, number, agent_id=7 if self._shared_identity else 7 + number)
            self.talks.append(talk)
            self._start(self._serve, talk, sock)

    def _serve(self, talk: Talk, sock: socket.socket) -> None:
        with sock:
            try:
                while (request := talk.read_request()) is not None:
                    opcode, payload = request
                    if opcode != HELLO:
                        self._script(talk, opcode, payload)
                    elif isinstance(self._welcome, bytes):
                        talk.send(self._welcome)
                    else:
                        talk.answer(opcode, self._welcome)
            except OSError:
                pass  # The client hung up in the middle, as some tests mean it to.


MakePeer = Callable[..., Peer]
