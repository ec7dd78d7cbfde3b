# SPDX-License-Identifier: MIT
"""Commands whose words, input and output may be longer than what a request or an answer holds."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agentos import AsyncAgentOSClient, NotFound, PermissionDenied, TooLarge

from ._files import write_file
from ._place import STAGING

if TYPE_CHECKING:
    from agentos._results import ExecPart

# What a kernel grants a command; a longer time can't be asked for.
SECONDS_MOST = 3600.0

_SHELL = "/bin/sh"
_NOT_FOUND = 127  # As a shell has it.
_EACCES = 13

Listener = Callable[[str, str], Awaitable[None]]


@dataclass(frozen=True)
class Ran:
    """How a command ended.

    Attributes:
        exit_code: 0 when it succeeded, 128 + N when signal N ended it, 127 when there is no such program or folder.
        stdout: what it wrote there. Bytes that are no UTF-8 are U+FFFD.
        stderr: what it wrote there.
        timed_out: it took too long, and was ended.
        oom: it ran out of memory, and was ended.
    """

    exit_code: int
    stdout: str
    stderr: str
    timed_out: bool = False
    oom: bool = False


class Flood(Exception):
    """The command wrote more than was to be taken, and was ended; what came until then is kept."""

    def __init__(self, stdout: str, stderr: str) -> None:
        """Keep it."""
        super().__init__("the command wrote too much, and was ended")
        self.stdout = stdout
        self.stderr = stderr


async def run(  # noqa: PLR0913 - what a command is
    client: AsyncAgentOSClient,
    words: Sequence[str],
    *,
    given: str | bytes | None = None,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
    most: int,
    listener: Listener | None = None,
) -> Ran:
    """Run a command and wait for its end; a cancelled wait ends it with all that it started.

    Args:
        client: whose agent runs it.
        words: the program and its arguments.
        given: what it reads.
        cwd: the folder to run it in, absolute.
        env: variables to add.
        timeout: seconds until it is ended, at most and by default 3600.
        most: bytes of each of its outputs that are taken.
        listener: is told the name of a stream and what was written there, as it comes.

    Raises:
        Flood: it wrote more than that.
        PermissionError: it may not be run.
        AgentOSError: the kernel is gone, or refuses otherwise.
    """
    stdin = _text(given)
    begin = _Command(client, cwd, env, min(timeout or SECONDS_MOST, SECONDS_MOST), most, listener)
    staged = given is not None and (stdin is None or len(stdin) > client.kernel.limits["max_payload"])
    try:
        if not staged:
            try:
                return await begin(words, stdin)
            except TooLarge:
                pass
        return await begin([_SHELL, await _stage(client, words, given)], None)
    except NotFound as absent:
        if absent.details.get("errno") == _EACCES:
            raise PermissionError(_EACCES, absent.error, words[0]) from absent
        return Ran(_NOT_FOUND, "", f"{absent.error}\n")
    except PermissionDenied as refused:
        raise PermissionError(_EACCES, refused.error, words[0]) from refused


def _text(given: str | bytes | None) -> str | None:
    """What a request can hold as text; bytes that are none it can't."""
    if not isinstance(given, bytes):
        return given
    try:
        return given.decode()
    except UnicodeDecodeError:
        return None


@dataclass(frozen=True)
class _Command:
    client: AsyncAgentOSClient
    cwd: str | None
    env: Mapping[str, str] | None
    timeout: float
    most: int
    listener: Listener | None

    async def __call__(self, words: Sequence[str], stdin: str | None) -> Ran:
        output = _Output(self.most, self.listener)
        async with await self.client.exec(
            words, self.cwd, self.timeout, env=self.env, stdin=stdin, stream=True
        ) as parts:
            async for part in parts:
                await output.take(part)
            ended = await parts.result()
        stdout, stderr = output.texts()
        return Ran(ended.exit_code, stdout, stderr, ended.timed_out, bool(ended.get("oom")))


class _Output:
    def __init__(self, most: int, listener: Listener | None) -> None:
        self._most = most
        self._listener = listener
        self._parts: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._sizes = {"stdout": 0, "stderr": 0}

    async def take(self, part: ExecPart) -> None:
        data = part.data.encode()
        room = self._most - self._sizes[part.stream]
        self._sizes[part.stream] += len(data)
        self._parts[part.stream].append(data[:room].decode(errors="ignore"))
        if self._listener is not None:
            await self._listener(part.stream, part.data)
        if len(data) > room:
            raise Flood(*self.texts())

    def texts(self) -> tuple[str, str]:
        return "".join(self._parts["stdout"]), "".join(self._parts["stderr"])


async def _stage(client: AsyncAgentOSClient, words: Sequence[str], given: str | bytes | None) -> str:
    """Lay words and input down as files of the sandbox; the script removes both before the program begins."""
    script = f"{STAGING}/.agentos-{secrets.token_hex(8)}"
    lines = ['/bin/rm -f -- "$0"']
    if given is not None:
        await write_file(client, f"{script}-in", given.encode() if isinstance(given, str) else given)
        lines += [f"exec <{script}-in", f"/bin/rm -f -- {script}-in"]
    await write_file(client, script, "\n".join([*lines, f"exec {shlex.join(words)}\n"]).encode())
    return script
