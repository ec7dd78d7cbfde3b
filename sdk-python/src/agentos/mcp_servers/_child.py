# SPDX-License-Identifier: MIT
"""The server's process: lines in, lines out, each bounded in length and in time."""

from __future__ import annotations

import json
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from . import _limits


class Child:
    """A program that speaks newline-delimited JSON on its standard input and output.

    Its standard error is ours. `tell` may be called by any thread, `lines` is for one.
    """

    def __init__(self, command: Sequence[str], folder: str, line_bytes_most: int) -> None:
        """Start it.

        Raises:
            OSError: it cannot be started.
        """
        self._line_bytes_most = line_bytes_most
        self._lock = threading.Lock()
        self._process = subprocess.Popen(  # noqa: S603 - what the operator configured
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        assert self._process.stdin is not None  # noqa: S101 - it is a pipe
        assert self._process.stdout is not None  # noqa: S101
        self._input = self._process.stdin.fileno()
        self._output = self._process.stdout.fileno()
        os.set_blocking(self._input, False)

    def tell(self, message: dict[str, Any]) -> bool:
        """Write a message; False when the server has closed its input, or does not read it in time."""
        left = memoryview(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        deadline = time.monotonic() + _limits.WRITE_SECONDS
        with self._lock:
            while left:
                _, ready, _ = select.select([], [self._input], [], max(0.0, deadline - time.monotonic()))
                if not ready:
                    return False
                try:
                    left = left[os.write(self._input, left) :]
                except BlockingIOError:
                    continue  # Less room than it takes to write anything.
                except OSError:
                    return False
        return True

    def lines(self) -> Iterator[tuple[bytes, bool]]:
        """Yield each line and whether it is whole: of one that is too long, the beginning; until the output ends."""
        held = bytearray()
        passing = False  # The rest of a line that was too long goes by.
        while data := os.read(self._output, 1 << 16):
            *ends, rest = data.split(b"\n")
            for end in ends:
                if not passing:
                    line = bytes(held + end)
                    yield line[: self._line_bytes_most], len(line) <= self._line_bytes_most
                held.clear()
                passing = False
            if passing:
                continue
            held += rest
            if len(held) > self._line_bytes_most:
                yield bytes(held[: _limits.HEAD_BYTES]), False
                held.clear()
                passing = True

    def end(self) -> str:
        """Have it end, by force if need be, and return how it did, in words."""
        try:
            self._process.wait(_limits.END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return "closed its output"
        code = self._process.returncode
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def stop(self) -> None:
        """Ask it to end, and have it end."""
        self._process.terminate()
        self.end()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
