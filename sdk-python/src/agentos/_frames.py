# SPDX-License-Identifier: MIT
"""Frames without I/O: a 17-byte little-endian header (magic, agent id, opcode, payload size), then the payload."""

from struct import Struct

from ._errors import ProtocolError
from ._limits import PAYLOAD_BYTES_LARGEST

MAGIC = 0x41474E54
HEADER = Struct("<IIBQ")


class Frame:
    """One answer, or one part of one."""

    __slots__ = ("agent_id", "opcode", "payload")

    def __init__(self, agent_id: int, opcode: int, payload: bytes) -> None:
        """Hold what the kernel sent; `agent_id` is the id that it gave this connection."""
        self.agent_id = agent_id
        self.opcode = opcode
        self.payload = payload


def encode_frame(opcode: int, payload: bytes) -> bytes:
    """Build a request. Its agent id is 0: the kernel knows who calls by the socket, never by the header."""
    return HEADER.pack(MAGIC, 0, opcode, len(payload)) + payload


class FrameDecoder:
    """Turns bytes, however they were cut, back into frames.

    Attributes:
        payload_bytes_max: larger announcements are refused before any of the payload is kept.
    """

    __slots__ = ("_buffer", "payload_bytes_max")

    def __init__(self) -> None:
        """Start empty, with the protocol's own ceiling until HELLO has told the kernel's."""
        self._buffer = bytearray()
        self.payload_bytes_max = PAYLOAD_BYTES_LARGEST

    @property
    def bytes_held(self) -> int:
        """Bytes that were fed and are not yet part of a frame handed out."""
        return len(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take what the socket gave."""
        self._buffer += data

    def next_frame(self) -> Frame | None:
        """Hand out the next frame, or None while it is not complete.

        Raises:
            ProtocolError: the bytes are no frame of this protocol, or it is larger than allowed.
        """
        buffer = self._buffer
        if len(buffer) < HEADER.size:
            return None
        magic, agent_id, opcode, payload_bytes = HEADER.unpack_from(buffer)
        if magic != MAGIC:
            raise ProtocolError(
                f"the peer is no AgentOS kernel: a frame begins with {bytes(buffer[:4])!r}, not with b'TNGA'"
            )
        if payload_bytes > self.payload_bytes_max:
            raise ProtocolError(
                f"an answer of {payload_bytes} bytes was announced; the most here is {self.payload_bytes_max}"
            )
        end = HEADER.size + payload_bytes
        if len(buffer) < end:
            return None
        payload = bytes(buffer[HEADER.size : end])
        del buffer[:end]
        return Frame(agent_id, opcode, payload)
