# SPDX-License-Identifier: MIT
"""Connections that ask for nothing, by the thousand."""

from __future__ import annotations

import socket
from struct import pack, unpack

from .failure import BenchFailure
from .servers import Server

_MAGIC = 0x41474E54
_NOOP = 0x00
_HEADER = "<IIBQ"
_HEADER_BYTES = 17
_ANSWER_SECONDS = 30


class IdleConnections:
    """A number of open connections to one server."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> IdleConnections:
        return self

    def __exit__(self, *_: object) -> None:
        for peer in self._sockets:
            peer.close()
        self._sockets = []
        self._server.check_alive()

    def grow_to(self, count: int) -> None:
        """Opens what is missing, and returns when the server has accepted all: it answers the last one."""
        while len(self._sockets) < count:
            peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._sockets.append(peer)
            peer.connect(self._server.socket)
        if self._sockets:
            self._round_trip(self._sockets[-1])

    def _round_trip(self, peer: socket.socket) -> None:
        peer.settimeout(_ANSWER_SECONDS)
        peer.sendall(pack(_HEADER, _MAGIC, 0, _NOOP, 0))
        answer = b""
        while len(answer) < _HEADER_BYTES:
            data = peer.recv(_HEADER_BYTES - len(answer))
            if not data:
                count = len(self._sockets)
                raise BenchFailure(f"the {self._server.name} hung up on connection {count} instead of answering it")
            answer += data
        magic, _, opcode, payload_bytes = unpack(_HEADER, answer)
        if (magic, opcode, payload_bytes) != (_MAGIC, _NOOP, 0):
            raise BenchFailure(f"the {self._server.name} answered a NOOP with something else")
