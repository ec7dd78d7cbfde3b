# SPDX-License-Identifier: MIT
"""Where the kernel listens, and what to say when it does not."""

from __future__ import annotations

import os
from pwd import getpwuid

from ._errors import NotRunning
from ._limits import SOCKET_PATH_BYTES

# What an agent finds in its sandbox: the one socket that is its own.
SANDBOX_SOCKET = "/run/agentos.sock"
SERVICE_SOCKET = "/run/agentos/agentos.sock"
# Where a kernel listens for a user who has no XDG_RUNTIME_DIR, and where kernels of this protocol used to listen.
USER_SOCKET = "/tmp/agentos-{user}/agentos.sock"  # noqa: S108 - its owner is checked
HISTORIC_SOCKET = "/tmp/agentos.sock"  # noqa: S108 - its owner is checked


class Place:
    """Where a kernel may listen; `doubtful` if anyone could listen there, so that who does must be looked at."""

    __slots__ = ("doubtful", "path")

    def __init__(self, path: str, doubtful: bool = False) -> None:
        """Name a socket."""
        self.path = path
        self.doubtful = doubtful


def candidates(explicit: str | os.PathLike[str] | None) -> list[Place]:
    """List the places to try, in order. One that was named, by argument or AGENTOS_SOCKET, is the only one."""
    named = os.environ.get("AGENTOS_SOCKET") if explicit is None else os.fspath(explicit)
    if named:
        return [Place(named)]
    user_folder = os.environ.get("XDG_RUNTIME_DIR")
    if user_folder:
        users_own = Place(os.path.join(user_folder, "agentos", "agentos.sock"))
    else:
        users_own = Place(USER_SOCKET.format(user=_user()), doubtful=True)
    return [Place(SANDBOX_SOCKET), users_own, Place(SERVICE_SOCKET), Place(HISTORIC_SOCKET, doubtful=True)]


def _user() -> str:
    try:
        return getpwuid(os.geteuid()).pw_name
    except KeyError:  # as in a sandbox
        return str(os.geteuid())


def check_path(path: str) -> None:
    """Refuse a path that no socket can have.

    Raises:
        OSError: it is too long.
    """
    length = len(os.fsencode(path))
    if length > SOCKET_PATH_BYTES:
        raise OSError(f"a socket's path has at most {SOCKET_PATH_BYTES} bytes, this one {length}")


def check_owner(place: Place, owner_uid: int) -> None:
    """Refuse a peer that may be an impostor.

    Raises:
        OSError: the place is doubtful, and neither root nor the caller listens there.
    """
    if place.doubtful and owner_uid not in (0, os.geteuid()):
        raise OSError(f"user {owner_uid} listens there, who is neither root nor you")


def not_running(attempts: list[tuple[str, OSError]]) -> NotRunning:
    """Describe a search that found no kernel."""
    tried = ", ".join(f"{path} ({_reason(error)})" for path, error in attempts)
    return NotRunning(f"no kernel at {tried}: start one with `agentos daemon`, or name its socket with AGENTOS_SOCKET")


def _reason(error: OSError) -> str:
    if isinstance(error, BlockingIOError | TimeoutError):
        return "it accepts no connections in time"
    return error.strerror or str(error)
