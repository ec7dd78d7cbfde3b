# SPDX-License-Identifier: MIT
"""One answer of the model: what it is asked, and again when it could not answer for now."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from agentos import KernelError, ResourceExhausted, TimedOut, Unavailable, tools

from . import _limits

if TYPE_CHECKING:
    from agentos import AgentOSClient, ThinkResult

Message = dict[str, Any]

_LEAST_SECONDS = 0.1


class TooLong(Exception):
    """The conversation does not fit one request, even with everything old shortened."""


class Model:
    """Asks with what stays the same through a run."""

    def __init__(
        self, client: AgentOSClient, name: str | None, instruction: str, offered: Sequence[dict[str, Any]]
    ) -> None:
        """Ask the model of that name, or the kernel's default one."""
        fixed = {"model": name, "system_instruction": instruction, "tools": offered}
        self._think: Callable[..., ThinkResult] = partial(client.think, **fixed)
        room = client.kernel.limits["max_payload"] - _size(fixed)
        # Half of the rest: an answer quotes nothing of it, but JSON may write a character in more bytes than were read.
        self._bytes_most = min(_limits.CONVERSATION_BYTES, room // 2)

    def next_answer(
        self, messages: list[Message], tokens: int, seconds: float, failed: Callable[[KernelError, float], None]
    ) -> ThinkResult:
        """Return the next answer.

        Args:
            messages: the conversation; what is sent of it fits one request.
            tokens: that are left; an answer takes no more.
            seconds: the most that all tries may take.
            failed: told of each failure that is tried again, and of the pause before that, in seconds.

        Raises:
            KernelError: there is no answer; the last failure.
            TooLong: the conversation fits no request.
        """
        fitted = fit(messages, self._bytes_most)
        most = tokens if tokens < _limits.ANSWER_TOKENS else None
        end = time.monotonic() + seconds
        for attempt in range(1, _limits.THINK_TRIES + 1):
            left = end - time.monotonic()
            try:
                timeout = max(_LEAST_SECONDS, min(_limits.THINK_SECONDS, left))
                return self._think(messages=fitted, max_tokens=most, timeout=timeout)
            except (ResourceExhausted, Unavailable, TimedOut) as error:
                pause = _pause(error, attempt)
                if attempt == _limits.THINK_TRIES or pause >= end - time.monotonic():
                    raise
                failed(error, pause)
                time.sleep(pause)
        raise AssertionError("unreachable: the last try returns or raises")


def _pause(error: KernelError, attempt: int) -> float:
    asked = error.details.get("retry_after_ms")
    pause = asked / 1000 if isinstance(asked, (int, float)) else _limits.THINK_PAUSE_SECONDS * 2 ** (attempt - 1)
    return float(min(pause, _limits.THINK_PAUSE_LONGEST_SECONDS))


def fit(messages: list[Message], bytes_most: int) -> list[Message]:
    """Shorten what is old, oldest first, until the conversation has at most so many bytes.

    Raises:
        TooLong: it does not fit even so, or has too many messages.
    """
    fitted = list(messages)
    sizes = [_size(message) for message in fitted]
    total = sum(sizes)
    for index in range(1, len(fitted) - _limits.CONVERSATION_LAST):
        if total <= bytes_most:
            break
        fitted[index] = _shortened(fitted[index])
        total -= sizes[index] - _size(fitted[index])
    if total > bytes_most or len(fitted) > _limits.CONVERSATION_MESSAGES:
        raise TooLong(f"the conversation has {len(fitted)} messages and {total} bytes")
    return fitted


def _shortened(value: Any) -> Any:
    """The same JSON with its long strings cut; identifiers are short anyway."""
    if isinstance(value, str):
        return tools.shorten(value, _limits.CONVERSATION_KEPT_CHARACTERS)
    if isinstance(value, dict):
        return {name: _shortened(inner) for name, inner in value.items()}
    return [_shortened(inner) for inner in value] if isinstance(value, list) else value


def _size(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass"))
