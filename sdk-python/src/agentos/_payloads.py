# SPDX-License-Identifier: MIT
"""Payloads without I/O: JSON objects out, answers or exceptions back, and the handshake."""

from __future__ import annotations

from ._errors import ProtocolError, kernel_error
from ._json import decode, encode
from ._limits import PAYLOAD_BYTES_LARGEST, PROTOCOL_VERSION
from ._opcodes import Opcode, name_of
from ._results import HelloResult
from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def given(**fields: Any) -> dict[str, Any]:
    """Collect the optional fields of a request: those that are None were not given."""
    return {name: value for name, value in fields.items() if value is not None}


def encode_fields(fields: Mapping[str, Any]) -> bytes:
    """Write the request's JSON object.

    Raises:
        TypeError: a value is not JSON.
        ValueError: a number is not finite, or a value contains itself.
    """
    return encode(fields).encode()


def decode_answer(opcode: int, payload: bytes) -> Any:
    """Read an answer: the JSON object (for LIST, the array) of a call that succeeded.

    EXEC alone may answer `"success": false` without a code: the command ran, and ended with another status than 0.

    Raises:
        KernelError: the answer is a refusal.
        ProtocolError: the answer is no JSON object.
    """
    try:
        answer = decode(payload.decode())
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"the answer to {name_of(opcode)} is not JSON: {error}") from error
    failed = isinstance(answer, dict) and answer.get("success") is False
    if failed and (opcode != Opcode.EXEC or "code" in answer):
        raise kernel_error(answer)
    expected = list if opcode == Opcode.LIST else dict
    if not isinstance(answer, expected):
        raise ProtocolError(
            f"the answer to {name_of(opcode)} is of type {type(answer).__name__}, not {expected.__name__}"
        )
    return answer


def encode_hello() -> bytes:
    """Write the request that opens each connection."""
    return encode_fields({"client": f"agentos-python/{__version__}", "protocol": PROTOCOL_VERSION})


def decode_hello(payload: bytes) -> HelloResult:
    """Read the kernel's side of the handshake.

    Raises:
        ProtocolError: the kernel speaks another version, or states no usable limit.
    """
    hello = HelloResult(decode_answer(Opcode.HELLO, payload))
    version = hello.get("protocol_version")
    if version != PROTOCOL_VERSION:
        raise ProtocolError(f"the kernel speaks protocol version {version!r}, this SDK version {PROTOCOL_VERSION}")
    limits = hello.get("limits")
    largest = limits.get("max_payload") if isinstance(limits, dict) else None
    if not isinstance(largest, int) or not 0 < largest <= PAYLOAD_BYTES_LARGEST:
        raise ProtocolError(f"HELLO gives limits.max_payload as {largest!r}, not as 1 to {PAYLOAD_BYTES_LARGEST} bytes")
    return hello
