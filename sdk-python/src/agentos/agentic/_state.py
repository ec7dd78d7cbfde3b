# SPDX-License-Identifier: MIT
"""What a run has come to: nothing but the sum of its transcript, live and when it is resumed alike."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from agentos.tools import TEXT_CHARACTERS, shorten

from ._prompts import DONE_NAME, NO_OUTPUT

Event = dict[str, Any]


@dataclass
class Call:
    """A tool call that the model asked for and that has no result yet.

    Attributes:
        key: what the transcript calls it by, such as "3.1": the first of the third answer.
        call_id: what the model calls it by.
        started: the transcript says that it was begun.
    """

    key: str
    call_id: str
    tool: str
    arguments: Any
    started: bool = False


@dataclass
class State:
    """The conversation, what is left to do of it, and what was used.

    Attributes:
        seq: of the last event.
        start: the first event.
        end: the last one, when the run has ended.
        messages: the conversation as THINK takes it.
        pending: calls without a result, in the order in which the model asked.
        seconds: that the run had taken at its last event.
        size: bytes of all events as lines.
        done: the arguments of the `done` that was taken.
        invalid, silent: calls that could not be made, answers without a call, in a row.
    """

    seq: int = 0
    start: Event = field(default_factory=dict)
    end: Event | None = None
    messages: list[dict[str, Any]] = field(default_factory=list)
    pending: deque[Call] = field(default_factory=deque)
    steps: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    seconds: float = 0.0
    size: int = 0
    done: dict[str, Any] | None = None
    invalid: int = 0
    silent: int = 0
    _begun_ms: int = 0
    _seconds_before: float = 0.0

    def apply(self, event: Event) -> None:
        """Take in the next event. That it was taken in is noted first: none must count twice."""
        self.seq = event["seq"]
        self.end = None
        getattr(self, f"_apply_{event['type']}", self._apply_other)(event)
        self.seconds = self._seconds_before + max(0, event["time"] - self._begun_ms) / 1000

    def last_words(self) -> str:
        """What the model last said besides asking for calls."""
        said = (message["content"] for message in reversed(self.messages) if message["role"] == "assistant")
        return shorten(next((words for words in said if words), ""), TEXT_CHARACTERS)

    def _apply_start(self, event: Event) -> None:
        self.start = event
        self.messages.append({"role": "user", "content": event["task"]})
        self._begun_ms = event["time"]

    def _apply_resume(self, event: Event) -> None:
        self._seconds_before, self._begun_ms = self.seconds, event["time"]
        self.invalid = self.silent = 0

    def _apply_model(self, event: Event) -> None:
        self.steps = event["step"]
        self.tokens += event["tokens"]
        self.cost_usd += event.get("cost_usd") or 0.0
        content = event["content"]
        message: dict[str, Any] = {"role": "assistant", "content": content or []}
        calls = [
            Call(f"{self.steps}.{number}", call["id"], call["name"], call["arguments"])
            for number, call in enumerate(event["tool_calls"], 1)
        ]
        if calls:
            message["tool_calls"] = event["tool_calls"]
        if content or calls:
            self.messages.append(message)
        self.silent = 0 if calls else self.silent + 1
        self.pending.extend(calls)

    def _apply_call(self, _: Event) -> None:
        self.pending[0].started = True

    def _apply_result(self, event: Event) -> None:
        call = self.pending.popleft()
        self.messages.append({"role": "tool", "tool_call_id": call.call_id, "content": event["text"] or NO_OUTPUT})
        if call.tool == DONE_NAME and event["decision"] == "allowed":
            self.done = call.arguments
        self.invalid = self.invalid + 1 if event["decision"] == "invalid" else 0

    def _apply_note(self, event: Event) -> None:
        self.messages.append({"role": "user", "content": event["text"]})

    def _apply_end(self, event: Event) -> None:
        self.end = event

    def _apply_other(self, event: Event) -> None:
        """Other events, such as a model call that failed, change nothing."""


def end_event(state: State, time_ms: int, reason: str, elapsed_ms: int, **more: Any) -> Event:
    """The event that ends a run; `more` may have answer, success, error, code, cost_usd."""
    return {
        "seq": state.seq + 1,
        "time": time_ms,
        "type": "end",
        "reason": reason,
        "success": False,
        "answer": state.last_words(),
        "steps": state.steps,
        "tokens": state.tokens,
        "cost_usd": state.cost_usd if state.start.get("prices") else None,
        "elapsed_ms": elapsed_ms,
        **more,
    }
