# SPDX-License-Identifier: MIT
"""The client's life: connecting, calling, closing. The calls themselves are in the `_calls` modules."""

from __future__ import annotations

from ._errors import ConnectionLost
from ._limits import CALL_SECONDS, CONNECT_SECONDS
from ._payloads import decode_answer, encode_fields
from ._slots import ANY, IDENTITY
from ._transport import Transport, open_transport

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    from typing_extensions import Self

    from ._parts import Final, Part, PartReader
    from ._results import HelloResult
    from ._streams import Stream

    Answer = TypeVar("Answer")


class ClientCore:
    """What every group of calls builds on."""

    def __init__(
        self, socket_path: str | os.PathLike[str] | None = None, *, connect_timeout: float = CONNECT_SECONDS
    ) -> None:
        """Prepare a client; nothing is opened before `connect()` or the `with` statement.

        Args:
            socket_path: the kernel's socket. By default AGENTOS_SOCKET, or else the first of these where a kernel
                answers: /run/agentos.sock (inside a sandbox), $XDG_RUNTIME_DIR/agentos/agentos.sock,
                /run/agentos/agentos.sock, /tmp/agentos.sock.
            connect_timeout: seconds for connecting, handshake included.
        """
        self._socket_path = socket_path
        self._connect_seconds = connect_timeout
        self._transport: Transport | None = None

    def connect(self) -> Self:
        """Connect, unless connected already, and return the client.

        Raises:
            NotRunning: no kernel answers; the text lists where it was looked for.
            ProtocolError: what answers is no kernel, or speaks another version.
        """
        if self._transport is None:
            self._transport = open_transport(self._socket_path, self._connect_seconds)
        return self

    def reconnect(self) -> Self:
        """Hang up and connect anew: after ConnectionLost, after a fork.

        This is never done silently: to the kernel an operator's new connection is a new caller, without the name, the
        mailbox and the permissions of the old one.
        """
        self.close()
        return self.connect()

    def close(self) -> None:
        """Hang up. Calls that are under way in other threads raise ConnectionLost; a closed client may be closed."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.close()

    def __enter__(self) -> Self:
        """Connect."""
        return self.connect()

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @property
    def agent_id(self) -> int:
        """The id that the kernel knows this client's primary connection by."""
        return self._connected().agent_id

    @property
    def kernel(self) -> HelloResult:
        """What the kernel said of itself when the client connected: version, features, limits."""
        return self._connected().hello

    def call(
        self, opcode: int, fields: Mapping[str, Any] | None = None, *, timeout: float | None = CALL_SECONDS
    ) -> Any:
        """Make a call that this SDK has no method for, and return the answer's JSON as it is.

        It runs on the primary connection, as its caller.

        Args:
            opcode: the number of the call.
            fields: the request's JSON object.
            timeout: seconds to wait for the answer; None waits for as long as it takes.
        """
        return self._call(opcode, fields or {}, _as_it_is, timeout, IDENTITY)

    def _connected(self) -> Transport:
        if self._transport is None:
            raise ConnectionLost("this client is not connected: use it in a `with` statement, or call connect() first")
        return self._transport

    def _call(
        self,
        opcode: int,
        fields: Mapping[str, Any],
        result: Callable[[Any], Answer],
        seconds: float | None = CALL_SECONDS,
        route: str = ANY,
    ) -> Answer:
        payload = self._connected().call(opcode, encode_fields(fields), seconds, route)
        return result(decode_answer(opcode, payload))

    def _stream(
        self, opcode: int, fields: Mapping[str, Any], reader: PartReader[Part, Final], seconds: float | None
    ) -> Stream[Part, Final]:
        from ._streams import Stream  # Few agents stream, and all of them start.

        source = self._connected().open_stream(opcode, encode_fields(fields), seconds)
        return Stream(source, reader)


def _as_it_is(answer: Any) -> Any:
    return answer
