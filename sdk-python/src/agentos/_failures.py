# SPDX-License-Identifier: MIT
"""What a broken exchange means to the caller: the same words for both transports."""

from __future__ import annotations

from ._errors import AgentOSError, Busy, ConnectionLost, KernelError, NoAnswer, ProtocolError, TooLarge
from ._frames import Frame
from ._opcodes import Opcode, name_of
from ._payloads import decode_answer


def explain(error: BaseException, path: str, opcode: int) -> BaseException:
    """Turn what a socket raised into the SDK's exception; anything else is returned as it is."""
    if isinstance(error, ConnectionLost) or not isinstance(error, OSError):
        return error
    call = name_of(opcode)
    if isinstance(error, TimeoutError):
        return NoAnswer(
            f"the kernel at {path} did not answer {call} in time; its connection was closed, "
            "and the call may still be carried out"
        )
    return ConnectionLost(f"{_ended(path, call)}: {error.strerror or error}")


def hung_up(path: str, opcode: int) -> ConnectionLost:
    """Describe the end of file where an answer was due."""
    return ConnectionLost(f"{_ended(path, name_of(opcode))}; the call may or may not have been carried out")


def _ended(path: str, call: str) -> str:
    return f"the connection to the kernel at {path} ended during {call}"


def after_end(cause: BaseException | None) -> str:
    """Say why a client cannot call any more, and what to do."""
    if cause is None:
        return "this client is closed: reconnect() opens it again"
    return f"this client lost its connection ({str(cause) or type(cause).__name__}): reconnect() opens a new one"


def after_fork(process_id: int) -> ConnectionLost:
    """Describe the use of a client that was made before a fork: two processes would mix their frames."""
    return ConnectionLost(f"this client belongs to process {process_id}: reconnect() gives this one its own")


def check_size(opcode: int, payload: bytes, payload_bytes_max: int) -> None:
    """Refuse what the kernel would refuse, before a byte of it is sent.

    Raises:
        TooLarge: the request is larger than the kernel takes.
    """
    if len(payload) > payload_bytes_max:
        raise TooLarge(
            f"{name_of(opcode)} would send {len(payload)} bytes; this kernel takes at most {payload_bytes_max} "
            "(protocol.max_payload)"
        )


def check_silence(bytes_held: int) -> None:
    """Refuse to call while something unasked has been received: it would be taken for the answer.

    Raises:
        ProtocolError: there are such bytes.
    """
    if bytes_held:
        raise ProtocolError(f"the kernel sent {bytes_held} bytes that answer no call")


def check_opcode(frame: Frame, opcode: int) -> None:
    """Make sure that a frame answers the call that is under way.

    Raises:
        KernelError: it is the refusal of a frame whose opcode the kernel could not read, which carries 0.
        ProtocolError: it answers something else.
    """
    if frame.opcode == opcode:
        return
    if frame.opcode == Opcode.NOOP:
        refusal = _refusal_in(frame.payload)
        if refusal is not None:
            raise refusal
    raise ProtocolError(f"the answer to {name_of(opcode)} carries the opcode of {name_of(frame.opcode)}")


def not_echoed(answer: bytes) -> AgentOSError:
    """Explain an answer to NOOP that is not what was sent: a refusal carries the same opcode."""
    return _refusal_in(answer) or ProtocolError(f"NOOP sent other bytes back than it was given: {answer[:32]!r}")


def _refusal_in(payload: bytes) -> KernelError | None:
    try:
        decode_answer(Opcode.NOOP, payload)
    except KernelError as refusal:
        return refusal
    except ProtocolError:
        pass
    return None


def busy(opcode: int, seconds: float) -> Busy:
    """Describe a wait for a connection that was not worth it."""
    return Busy(
        f"{name_of(opcode)} waited {seconds:g} s for a free connection: this client's other calls hold them all; "
        "let those end, give them shorter waits, or use a second client"
    )
