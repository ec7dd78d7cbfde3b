# SPDX-License-Identifier: MIT
"""What an attempt is, and when it counts as denied."""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass

# Refusals. Any other error means that the attempt was made wrongly, which proves nothing.
REFUSALS = {
    errno.EACCES,
    errno.EAFNOSUPPORT,
    errno.EAGAIN,
    errno.ECONNREFUSED,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ENOENT,
    errno.ENOSYS,
    errno.EPERM,
    errno.EROFS,
    errno.ESRCH,
    errno.ETIMEDOUT,
}


class Denied(Exception):
    """The attempt went through but had no effect."""


@dataclass(frozen=True)
class Context:
    """What the attacker knows of its victims; see hostile.py."""

    home: str
    home_identity: list[int]
    secret: str
    owner_pid: int
    operator_socket: str
    loopback_port: int
    max_pids: int
    bystander: str
    outside: bool


@dataclass(frozen=True)
class Attempt:
    """One attack. `action` returns what it got hold of; refused, it raises OSError, Denied or one of `refusals`."""

    name: str
    action: Callable[[Context], str]
    refusals: tuple[type[Exception], ...] = ()

    def make(self, context: Context) -> dict[str, str]:
        """Try it, and say what came of it."""
        try:
            outcome, detail = "REACHED", self.action(context)
        except OSError as error:
            outcome, detail = ("denied" if is_refusal(error) else "error"), describe(error)
        except Exception as error:  # a broken attempt must not look like a denial
            denied = isinstance(error, (Denied, *self.refusals))
            outcome, detail = ("denied" if denied else "error"), str(error) if denied else repr(error)
        return {"attempt": self.name, "outcome": outcome, "detail": detail}


def is_refusal(error: OSError) -> bool:
    """Tell a refusal from a mistake."""
    return isinstance(error, TimeoutError) or error.errno in REFUSALS


def describe(error: OSError) -> str:
    """Name the error as the manuals do."""
    return f"{errno.errorcode.get(error.errno or 0, 'timed out')}: {error.strerror or error}"


def in_child(action: Callable[[], None]) -> None:
    """Do something in a process of its own that may not come back unharmed; raises the OSError that it met."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 0
        try:
            action()
        except OSError as error:
            code = error.errno or errno.EINVAL
        os.write(writer, bytes([code]))
        os._exit(0)
    os.close(writer)
    answer = os.read(reader, 1)
    os.close(reader)
    os.waitpid(child, 0)
    if not answer:
        raise Denied("the process that tried was killed")
    if answer[0] != 0:
        raise OSError(answer[0], os.strerror(answer[0]))
