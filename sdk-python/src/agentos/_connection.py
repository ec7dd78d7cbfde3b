# SPDX-License-Identifier: MIT
"""One blocking connection. It belongs to one call at a time; the transport sees to that.

`_socket` rather than `socket`: the latter only wraps it, and loading it would be a third of an agent's start.
"""

from __future__ import annotations

from _socket import AF_UNIX, MSG_NOSIGNAL, SHUT_RDWR, SO_PEERCRED, SO_SNDTIMEO, SOCK_STREAM, SOL_SOCKET, socket
from struct import calcsize, pack, unpack
from time import monotonic

from ._failures import check_opcode, check_silence, explain, hung_up
from ._frames import FrameDecoder, encode_frame
from ._limits import READ_BYTES
from ._socket_path import Place, check_owner, check_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

_CREDENTIALS = "3i"  # struct ucred: pid, uid, gid
_TIMEVAL = "ll"


def open_connection(place: Place, seconds: float) -> Connection:
    """Connect to the kernel at a place.

    Raises:
        OSError: nobody accepts there.
    """
    check_path(place.path)
    peer = socket(AF_UNIX, SOCK_STREAM)
    try:
        # Not settimeout(): on a socket that does not block, a full backlog fails at once instead of being waited for.
        peer.setsockopt(SOL_SOCKET, SO_SNDTIMEO, pack(_TIMEVAL, int(seconds), int(seconds % 1 * 1e6)))
        peer.connect(place.path)
        _, owner_uid, _ = unpack(_CREDENTIALS, peer.getsockopt(SOL_SOCKET, SO_PEERCRED, calcsize(_CREDENTIALS)))
        check_owner(place, owner_uid)
    except BaseException:
        peer.close()
        raise
    return Connection(place.path, peer)


class Connection:
    """A connected socket and its decoder. Any failure closes it: what would come next on it is unknown.

    Attributes:
        agent_id: the id that the kernel gave this connection; 0 before its first answer.
        is_open: whether calls can be made.
    """

    __slots__ = ("_decoder", "_path", "_socket", "agent_id", "is_open")

    def __init__(self, path: str, peer: socket) -> None:
        """Own a connected socket."""
        self._path = path
        self._socket = peer
        self._decoder = FrameDecoder()
        self.agent_id = 0
        self.is_open = True

    def limit_payloads(self, payload_bytes_max: int) -> None:
        """Refuse answers larger than what the kernel said is the most."""
        self._decoder.payload_bytes_max = payload_bytes_max

    def send(self, opcode: int, payload: bytes, deadline: float | None) -> None:
        """Send a request.

        Raises:
            TransportError: it could not be sent; the connection is closed.
        """
        try:
            check_silence(self._decoder.bytes_held)
            self._arm(deadline)
            self._socket.sendall(encode_frame(opcode, payload), MSG_NOSIGNAL)
        except (BrokenPipeError, ConnectionResetError):
            pass  # A kernel that hangs up while it is being sent to may have said why: receive() finds out.
        except BaseException as error:
            self._fail(error, opcode)

    def receive(self, opcode: int, deadline: float | None) -> bytes:
        """Return the payload of the next frame, which must answer `opcode`.

        Raises:
            TransportError: no such frame came; the connection is closed.
            KernelError: the kernel refused the frame itself; the connection is closed.
        """
        try:
            frame = self._decoder.next_frame()
            while frame is None:
                self._arm(deadline)
                data = self._socket.recv(READ_BYTES)
                if not data:
                    raise hung_up(self._path, opcode)
                self._decoder.feed(data)
                frame = self._decoder.next_frame()
            check_opcode(frame, opcode)
        except BaseException as error:
            self._fail(error, opcode)
        self.agent_id = frame.agent_id
        return frame.payload

    def interrupt(self) -> None:
        """Make the call that another thread has under way fail now."""
        try:
            self._socket.shutdown(SHUT_RDWR)
        except OSError:
            pass  # The kernel was faster.

    def close(self) -> None:
        """Hang up."""
        self.is_open = False
        self._socket.close()

    def _arm(self, deadline: float | None) -> None:
        if deadline is None:
            self._socket.settimeout(None)
            return
        remaining = deadline - monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._socket.settimeout(remaining)

    def _fail(self, error: BaseException, opcode: int) -> NoReturn:
        self.close()
        reason = explain(error, self._path, opcode)
        if reason is error:
            raise error
        raise reason from error
