# SPDX-License-Identifier: MIT
"""Where the kernel listens, and what to say when it does not."""

from __future__ import annotations

import os

from ._errors import NotRunning
from ._limits import SOCKET_PATH_BYTES

# What an agent finds in its sandbox: the one socket that is its own.
SANDBOX_SOCKET = "/run/agentos.sock"
SERVICE_SOCKET = "/run/agentos/agentos.sock"
# Where kernels of this protocol used to listen.
HISTORIC_SOCKET = "/tmp/agentos.sock"  # noqa: S108 - its owner is checked


def candidates(explicit: str | os.PathLike[str] | None) -> list[str]:
    """List the paths to try, in order. One that was named, by argument or AGENTOS_SOCKET, is the only one."""
    named = os.environ.get("AGENTOS_SOCKET") if explicit is None else os.fspath(explicit)
    if named:
        return [named]
    paths = [SANDBOX_SOCKET]
    user_folder = os.environ.get("XDG_RUNTIME_DIR")
    if user_folder:
        paths.append(os.path.join(user_folder, "agentos", "agentos.sock"))
    return [*paths, SERVICE_SOCKET, HISTORIC_SOCKET]


def check_path(path: str) -> None:
    """Refuse a path that no socket can have.

    Raises:
        OSError: it is too long.
    """
    length = len(os.fsencode(path))
    if length > SOCKET_PATH_BYTES:
        raise OSError(f"a socket's path has at most {SOCKET_PATH_BYTES} bytes, this one {length}")


def check_owner(path: str, owner_uid: int) -> None:
    """Refuse a peer that may be an impostor: anyone can listen in /tmp.

    Raises:
        OSError: the path is the historic one, and neither root nor the caller listens there.
    """
    if path == HISTORIC_SOCKET and owner_uid not in (0, os.geteuid()):
        raise OSError(f"user {owner_uid} listens there, who is neither root nor you")


def not_running(attempts: list[tuple[str, OSError]]) -> NotRunning:
    """Describe a search that found no kernel."""
    tried = ", ".join(f"{path} ({_reason(error)})" for path, error in attempts)
    return NotRunning(f"no kernel at {tried}: start one with `agentos daemon`, or name its socket with AGENTOS_SOCKET")


def _reason(error: OSError) -> str:
    if isinstance(error, BlockingIOError | TimeoutError):
        return "it accepts no connections in time"
    return error.strerror or str(error)
