# SPDX-License-Identifier: MIT
"""Everything that a call can raise, in one closed tree.

AgentOSError
├── TransportError                the call could not be carried to the kernel and back
│   ├── NotRunning                no kernel accepts connections there (also a ConnectionError)
│   ├── ConnectionLost            the connection ended; reconnect() opens another (also a ConnectionError)
│   │   └── NoAnswer              ... because the kernel stayed silent for too long (also a TimeoutError)
│   ├── ProtocolError             the peer does not speak this protocol
│   └── Busy                      all connections of this client were in use for too long
├── CommandFailed                 exec(..., check=True): the command ended with another status than 0
└── KernelError                   the kernel refused; `code` says why
    ├── InvalidFrame              INVALID_FRAME
    ├── InvalidRequest            INVALID_REQUEST
    ├── UnknownSyscall            UNKNOWN_SYSCALL
    ├── PermissionDenied          PERMISSION_DENIED
    ├── NotFound                  NOT_FOUND
    ├── AlreadyExists             ALREADY_EXISTS
    ├── ResourceExhausted         RESOURCE_EXHAUSTED
    ├── QuotaExceeded             QUOTA_EXCEEDED
    ├── TooLarge                  TOO_LARGE
    ├── TimedOut                  TIMEOUT
    ├── Cancelled                 CANCELLED
    ├── Unavailable               UNAVAILABLE
    ├── Unsupported               UNSUPPORTED
    └── Internal                  INTERNAL

A code that this SDK does not know yet is raised as a plain KernelError that carries it. Arguments that no kernel could
accept (neither a name nor an id, a message that is no JSON) are the caller's mistake: TypeError or ValueError, before
anything is sent.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from ._results import ExecResult


class AgentOSError(Exception):
    """Any failure of a call. Catch this to catch them all."""


class TransportError(AgentOSError):
    """The call could not be carried to the kernel and back."""


class NotRunning(TransportError, ConnectionError):
    """No kernel accepts connections where the client looked; the text lists where that was."""


class ConnectionLost(TransportError, ConnectionError):
    """The connection ended. A call that was under way may or may not have been carried out."""


class NoAnswer(ConnectionLost, TimeoutError):
    """The kernel stayed silent past the call's own time; its connection is closed, as a late answer fits no call."""


class ProtocolError(TransportError):
    """The peer sent something that this protocol does not allow, or speaks another version of it."""


class Busy(TransportError):
    """No connection came free in time: the client's other calls hold them all."""


class CommandFailed(AgentOSError):
    """A command of `exec(..., check=True)` ended with another status than 0.

    Attributes:
        result: the whole ExecResult, with stdout, stderr and exit_code.
    """

    def __init__(self, result: ExecResult) -> None:
        """Keep the result; the text names how the command ended and the last line it complained with."""
        super().__init__(result)
        self.result = result

    def __str__(self) -> str:
        """How the command ended."""
        last_words = (self.result.get("stderr") or "").strip().rpartition("\n")[2]
        ended = "timed out" if self.result.get("timed_out") else f"ended with {self.result.get('exit_code')}"
        return f"the command {ended}: {last_words}" if last_words else f"the command {ended}"


class KernelError(AgentOSError):
    """The kernel refused the call.

    Attributes:
        error: one sentence for a person: what was refused, why, what would allow it.
        code: the protocol's code, such as "NOT_FOUND".
        details: the whole answer, for fields that some refusals carry (`retry_after_ms`).
    """

    code = "INTERNAL"

    def __init__(self, error: str, code: str | None = None, details: Mapping[str, Any] | None = None) -> None:
        """Keep what the kernel said; `code` is only needed where the class does not imply it."""
        super().__init__(error, code, details)
        self.error = error
        self.code = code or type(self).code
        self.details = details or {}

    def __str__(self) -> str:
        """Code and sentence."""
        return f"{self.code}: {self.error}"


class InvalidFrame(KernelError):
    """INVALID_FRAME: the frame itself was broken; the kernel closes the connection after saying so."""

    code = "INVALID_FRAME"


class InvalidRequest(KernelError):
    """INVALID_REQUEST: a field is missing, of the wrong type or out of range."""

    code = "INVALID_REQUEST"


class UnknownSyscall(KernelError):
    """UNKNOWN_SYSCALL: this kernel has no such call."""

    code = "UNKNOWN_SYSCALL"


class PermissionDenied(KernelError):
    """PERMISSION_DENIED: the caller's permissions do not cover it; the sentence says which would."""

    code = "PERMISSION_DENIED"


class NotFound(KernelError):
    """NOT_FOUND: no such agent, file or name."""

    code = "NOT_FOUND"


class AlreadyExists(KernelError):
    """ALREADY_EXISTS: the name or file is taken."""

    code = "ALREADY_EXISTS"


class ResourceExhausted(KernelError):
    """RESOURCE_EXHAUSTED: a bound of the kernel was reached; the same call may succeed later."""

    code = "RESOURCE_EXHAUSTED"


class QuotaExceeded(KernelError):
    """QUOTA_EXCEEDED: the agent's own allowance is used up."""

    code = "QUOTA_EXCEEDED"


class TooLarge(KernelError):
    """TOO_LARGE: said by the kernel, or by the SDK before it sends a payload that this kernel would not take."""

    code = "TOO_LARGE"


class TimedOut(KernelError):
    """TIMEOUT: the kernel gave up at the time that the call named."""

    code = "TIMEOUT"


class Cancelled(KernelError):
    """CANCELLED: ended on request before it was done."""

    code = "CANCELLED"


class Unavailable(KernelError):
    """UNAVAILABLE: a part that is needed, such as the LLM service, is not there now."""

    code = "UNAVAILABLE"


class Unsupported(KernelError):
    """UNSUPPORTED: this host or kernel cannot do that."""

    code = "UNSUPPORTED"


class Internal(KernelError):
    """INTERNAL: a bug of the kernel; its log says more."""

    code = "INTERNAL"


BY_CODE: dict[str, type[KernelError]] = {kind.code: kind for kind in KernelError.__subclasses__()}


def kernel_error(answer: Mapping[str, Any]) -> KernelError:
    """Turn an answer with `"success": false` into the exception for its code."""
    code = answer.get("code")
    if not isinstance(code, str):
        code = Internal.code
    error = str(answer.get("error") or "the kernel gave no reason")
    return BY_CODE.get(code, KernelError)(error, code, answer)
