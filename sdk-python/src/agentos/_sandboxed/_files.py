# SPDX-License-Identifier: MIT
"""Files of any size, and the errors that Python has for them."""

from __future__ import annotations

import errno
import os
from posixpath import dirname

from agentos import AlreadyExists, AsyncAgentOSClient, InvalidRequest, NotFound, PermissionDenied

# Of a request or an answer, beside the content.
_FRAME_BYTES = 16 << 10
# The most that a READ returns.
_READ_BYTES = 512 << 10

_KINDS = {21: errno.EISDIR, 13: errno.EACCES, 20: errno.ENOTDIR}
_JUDGE = """
[ -d "$1" ] && exit 21
[ ! -e "$1" ] || [ -w "$1" ] || exit 13
"""
_MAKE_PARENTS = """
[ -d "$1" ] || [ ! -e "$1" ] || exit 20
/bin/mkdir -p -- "$1" || exit 13
"""


class Oversize(Exception):
    """The file is longer than what was to be read."""


async def read_file(client: AsyncAgentOSClient, path: str, most: int) -> bytes:
    """Read a whole file.

    Args:
        client: whose agent reads it.
        path: absolute.
        most: bytes that it may have.

    Raises:
        Oversize: it has more.
        OSError: as `open` would: FileNotFoundError, IsADirectoryError, PermissionError.
        AgentOSError: the kernel is gone, or refuses otherwise.
    """
    _check(path)
    content = bytearray()
    at_once = min(_READ_BYTES, _room(client))
    while True:
        try:
            part = await client.read(path, offset=len(content), limit=at_once, encoding="base64")
        except NotFound as absent:
            raise _failure(errno.ENOENT, path) from absent
        except PermissionDenied as refused:
            raise PermissionError(errno.EACCES, refused.error, path) from refused
        except InvalidRequest as odd:
            raise await _why(client, path) or odd from None
        if part.size > most:
            raise Oversize(f"{path} has {part.size} bytes, more than {most}")
        content += part.data
        if not part.truncated or not part.data:
            return bytes(content)


async def write_file(client: AsyncAgentOSClient, path: str, content: bytes) -> None:
    """Write a whole file in place of what is there; its parents are made.

    Args:
        client: whose agent writes it.
        path: absolute.
        content: all of it.

    Raises:
        OSError: as `open` would: IsADirectoryError, PermissionError, NotADirectoryError.
        AgentOSError: the kernel is gone, or refuses otherwise.
    """
    _check(path)
    at_once = _room(client)
    try:
        await _begin(client, path, content[:at_once])
        for begin in range(at_once, len(content), at_once):
            await client.write(path, content[begin : begin + at_once], "append")
    except PermissionDenied as refused:
        raise PermissionError(errno.EACCES, refused.error, path) from refused
    except NotFound as absent:
        raise _failure(errno.ENOENT, path) from absent


async def _begin(client: AsyncAgentOSClient, path: str, content: bytes) -> None:
    try:
        await client.write(path, content, "create")
        return
    except AlreadyExists:
        # To the kernel's WRITE, which puts a new file in its place, its mode does not matter.
        await _judge(client, _JUDGE, path, path)
    except NotFound:
        await _judge(client, _MAKE_PARENTS, dirname(path), path)
    except InvalidRequest as odd:
        raise await _why(client, path) or odd from None
    await client.write(path, content)


async def _why(client: AsyncAgentOSClient, path: str) -> OSError | None:
    """What is wrong with a file that the kernel takes for none."""
    ran = await client.exec(["/bin/sh", "-c", _JUDGE, "sh", path])
    return _failure(errno.EISDIR, path) if ran.exit_code == 21 else None


async def _judge(client: AsyncAgentOSClient, script: str, about: str, path: str) -> None:
    ran = await client.exec(["/bin/sh", "-c", script, "sh", about])
    if not ran.success:
        raise _failure(_KINDS.get(ran.exit_code, errno.EIO), path)


def _check(path: str) -> None:
    if not path.startswith("/") or "\0" in path:
        raise ValueError(f"a path must be absolute and hold no NUL, was {path!r}")


def _failure(number: int, path: str) -> OSError:
    return OSError(number, os.strerror(number), path)


def _room(client: AsyncAgentOSClient) -> int:
    """How many bytes fit a request or an answer, as base64."""
    payload: int = client.kernel.limits["max_payload"]
    return (payload - _FRAME_BYTES) // 4 * 3
