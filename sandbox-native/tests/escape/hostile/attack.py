# SPDX-License-Identifier: MIT
"""What an attack in Python is, and how one is made: in a process of its own, for a bounded time."""

import errno
import os
import select
import signal
from collections.abc import Callable
from dataclasses import dataclass

LONGEST_SECONDS = 20.0

# What the system answers to somebody who may not, or for whom a thing does not exist. Any other error means that the
# attack itself is wrong, which proves nothing.
REFUSALS = {
    errno.EACCES,
    errno.EAFNOSUPPORT,
    errno.EAGAIN,
    errno.EBUSY,
    errno.ECONNREFUSED,
    errno.EHOSTUNREACH,
    errno.ENETUNREACH,
    errno.ENODEV,
    errno.ENOENT,
    errno.ENOSYS,
    errno.ENXIO,
    errno.EPERM,
    errno.EROFS,
    errno.ESRCH,
    errno.ETIMEDOUT,
    errno.EXDEV,
}


class CameToNothing(Exception):
    """The attack went through and had no effect; the text says which it would have had."""


@dataclass(frozen=True)
class Target:
    """What the attacker knows of its victims; victims.py makes them.

    Attributes:
        outside: run without a sandbox, to show that the attacks work; then no harm is done.
        network: run in a sandbox with the host's network.
        tokens: what stands in the victims' files, memory and environment, and nowhere else; here backwards, so that
            the attacker's own command line is not taken for a victim's.
        home: a folder with keys, laid out like a person's.
        device: of the root folder as the host sees it, with its inode.
    """

    outside: bool
    network: bool
    tokens: list[str]
    home: str
    secret: str
    victim: int
    state: str
    operator_socket: str
    peer: str
    peer_id: int
    peer_file: str
    peer_socket: str
    tcp_port: int
    udp_port: int
    abstract: str
    shared_memory_key: int
    queue: str
    shared_file: str
    root_identity: list[int]
    scratch: str

    def holds_token(self, text: str | bytes) -> bool:
        """Whether the text is a victim's."""
        data = text.encode() if isinstance(text, str) else text
        return any(token[::-1].encode() in data for token in self.tokens)


@dataclass(frozen=True)
class Attack:
    """One attack. `run` returns what it got hold of; refused, it raises OSError, CameToNothing or one of `refusals`.

    Attributes:
        needs: words, each a condition without which not even a program outside succeeds; see needs.py.
        design: why it may succeed, or "".
        with_network: the same, for agents that were given the host's network.
        unless: a word of needs.py; where that holds it may not succeed even so.
    """

    group: str
    name: str
    run: Callable[[Target], str]
    needs: str = ""
    design: str = ""
    refusals: tuple[type[Exception], ...] = ()
    with_network: str = ""
    unless: str = ""

    def make(self, target: Target) -> tuple[str, str]:
        """Try it here and now; the outcome (reached, refused, mistaken) and what there is to say."""
        try:
            return "reached", self.run(target)
        except (CameToNothing, *self.refusals) as refusal:
            return "refused", str(refusal)
        except OSError as error:
            return ("refused" if is_refusal(error) else "mistaken"), describe(error)
        except Exception as error:  # a broken attack must not look like a refusal
            return "mistaken", repr(error)


def is_refusal(error: OSError) -> bool:
    """Tell a refusal from a mistake."""
    return isinstance(error, TimeoutError) or error.errno in REFUSALS


def describe(error: OSError) -> str:
    """Name the error as the manuals do."""
    return errno.errorcode.get(error.errno or 0, str(error))


def say(*fields: str) -> None:
    """Write one line in one piece: what a buffer holds is told twice when processes fork."""
    line = "\t".join(" ".join(field.split()) for field in fields)
    os.write(1, line[:500].encode(errors="replace") + b"\n")


def attempt(attack: Attack, target: Target) -> None:
    """Make an attack in a process of its own, and say what came of it."""
    child = os.fork()
    if child == 0:
        try:
            say(attack.name, *attack.make(target))
        finally:
            os._exit(0)
    pidfd = os.pidfd_open(child)
    ended, _, _ = select.select([pidfd], [], [], LONGEST_SECONDS)
    if not ended:
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    os.close(pidfd)
    if not os.WIFEXITED(status):
        say(attack.name, "mistaken", "took too long" if not ended else f"ended by signal {os.WTERMSIG(status)}")
