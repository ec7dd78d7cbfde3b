# SPDX-License-Identifier: MIT
"""One run: ask the model, make the calls that it asks for, until something ends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from agentos import KernelError, QuotaExceeded, TransportError, tools

from . import _limits, _prompts
from ._budget import Limits, Price, cost_usd
from ._functions import FunctionTool
from ._journal import Journal, Record
from ._model import Model, TooLong
from ._repeats import Repeats
from ._state import Call, Event, State, end_event
from ._toolbox import Answer, Toolbox
from ._transcript import VERSION, encode

if TYPE_CHECKING:
    from agentos import AgentOSClient, ThinkResult

# The model is told when so few answers are left.
_FEW_STEPS = 2


@dataclass(frozen=True)
class Settings:
    """What a run goes by; see `Loop`. `level` is that of the client's permissions."""

    client: AgentOSClient
    chosen: Mapping[str, tools.Tool | FunctionTool]
    model: str | None
    limits: Limits
    prices: Mapping[str, Price]
    instructions: str
    level: str
    about: Mapping[str, Any]


class _End(Exception):
    """The run ends here, for a reason that the transcript's format names; `fields` are of its last event."""

    def __init__(self, reason: str, **fields: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fields = fields


class Run:
    """Writes each event before it goes on, so that what it has done can be told from the transcript alone."""

    def __init__(self, settings: Settings, state: State, record: Record) -> None:
        """Go on from a state; each event is given to `record` before the run goes on."""
        self._settings = settings
        self._state = state
        self._journal = Journal(state, record)
        self._begun = time.monotonic()
        self._seconds_before = state.seconds
        self._repeats = Repeats()
        in_sandbox = _in_sandbox(settings.client)
        self._instruction = _prompts.instruction(settings.limits, in_sandbox, settings.instructions)
        self._toolbox = Toolbox(settings.client, settings.chosen)
        self._model = Model(settings.client, settings.model, self._instruction, self._toolbox.described())

    def begin(self, task: str) -> Event:
        """Carry out a task, and return the event that ended the run."""
        about = dict(self._settings.about)
        return self._until_the_end(
            lambda: self._emit("start", version=VERSION, task=task, about=about, **self._circumstances())
        )

    def resume(self) -> Event:
        """Go on with the state's task, and return the event that ended the run."""
        return self._until_the_end(self._settle)

    def _circumstances(self) -> dict[str, Any]:
        settings, client = self._settings, self._settings.client
        return {
            "agent": {"id": client.agent_id, "role": client.kernel.role, "level": settings.level},
            "kernel": client.kernel.kernel_version,
            "model": settings.model,
            "instruction": self._instruction,
            "tools": self._toolbox.described(),
            "limits": asdict(settings.limits),
            "prices": {name: asdict(price) for name, price in settings.prices.items()},
        }

    def _until_the_end(self, first: Callable[[], object]) -> Event:
        try:
            first()
            while True:
                self._make_calls()
                self._heed_limits()
                self._ask()
        except _End as end:
            return self._finish(end)
        except TransportError as error:
            return self._finish(_End("kernel_lost", error=tools.explain(error)))
        except KeyboardInterrupt:
            self._journal.settle()
            self._finish(_End("interrupted"))
            raise

    def _settle(self) -> None:
        """Say that the run goes on, and of a call that was under way that its outcome is not known."""
        self._emit("resume", **self._circumstances())
        self._heed_done()
        pending = self._state.pending
        if not pending:
            self._emit("note", text=_prompts.RESUMED)
        elif pending[0].started and pending[0].tool != _prompts.DONE_NAME:
            self._answered(pending[0], Answer("unknown", _prompts.INTERRUPTED, "INTERRUPTED"), 0.0)

    def _make_calls(self) -> None:
        while self._state.pending:
            call = self._state.pending[0]
            if self._seconds_left() <= 0:
                raise _End("time")
            if not call.started:
                self._emit("call", call=call.key, tool=call.tool, arguments=call.arguments)
            begun = time.monotonic()
            answer = self._perform(call)
            times = self._answered(call, answer, time.monotonic() - begun)
            if answer.code == "CONNECTION_LOST":
                raise _End("kernel_lost", error=answer.text)
            self._heed_done()
            if self._state.invalid >= _limits.INVALID_CALLS:
                error = f"{self._state.invalid} calls in a row could not be made; the last: {answer.text}"
                raise _End("invalid_calls", error=error)
            if times >= _limits.REPEATS_MOST:
                error = f"{call.tool} was called again and again in the same way, with the same result"
                raise _End("repeats", error=error)

    def _perform(self, call: Call) -> Answer:
        most = _limits.CALLS_PER_ANSWER
        if int(call.key.partition(".")[2]) > most:
            return Answer("invalid", _prompts.TOO_MANY_CALLS.format(most=most), "TOO_MANY_CALLS")
        return self._toolbox.perform(call.tool, call.arguments, self._seconds_left())

    def _answered(self, call: Call, answer: Answer, seconds: float) -> int:
        """Write down what came of a call, and return how often the same came of it of late."""
        text = answer.text
        times = self._repeats.times(call.tool, call.arguments, text, seconds)
        if times >= _limits.REPEATS_TOLD:
            text += _prompts.repeated(times)
        steps = self._settings.limits.steps - self._state.steps
        if 0 < steps <= _FEW_STEPS and len(self._state.pending) == 1:
            text += _prompts.few_left(steps)
        code = {"code": answer.code} if answer.code else {}
        decided = {"decision": answer.decision, **code, "elapsed_ms": round(seconds * 1000)}
        self._emit("result", call=call.key, tool=call.tool, **decided, text=text)
        return times

    def _heed_done(self) -> None:
        done = self._state.done
        if done is not None:
            raise _End("done", answer=done["answer"], success=done.get("success", True))

    def _heed_limits(self) -> None:
        state, limits = self._state, self._settings.limits
        if state.steps >= limits.steps:
            raise _End("steps")
        if state.tokens >= limits.tokens:
            raise _End("tokens")
        if limits.cost_usd is not None and state.cost_usd >= limits.cost_usd:
            raise _End("cost")
        if self._seconds_left() <= 0:
            raise _End("time")

    def _ask(self) -> None:
        tokens = self._settings.limits.tokens - self._state.tokens
        try:
            answer = self._model.next_answer(self._state.messages, tokens, self._seconds_left(), self._failed)
        except TooLong as error:
            raise _End("too_long", error=str(error)) from None
        except QuotaExceeded as error:
            raise _End("quota", error=error.error, code=error.code) from None
        except KernelError as error:
            if self._seconds_left() <= 0:
                raise _End("time") from None
            raise _End("model_failed", error=error.error, code=error.code) from None
        self._emit("model", **self._answer(answer))
        self._heed_silence(answer)

    def _answer(self, answer: ThinkResult) -> dict[str, Any]:
        cost = cost_usd(self._settings.prices, answer.model, answer.usage) if self._settings.prices else None
        step = self._state.steps + 1
        calls = [
            {
                "id": str(call.get("id") or f"{step}.{number}"),
                "name": str(call.get("name")),
                "arguments": call.get("arguments") or {},
            }
            for number, call in enumerate(answer.tool_calls or [], 1)
        ]
        return {
            "step": step,
            "content": answer.content,
            "tool_calls": calls,
            "finish_reason": answer.finish_reason,
            "model": answer.model,
            "provider": answer.provider,
            "tokens": answer.tokens,
            "usage": dict(answer.usage),
            "cost_usd": cost,
            "queue_ms": answer.queue_ms,
            "latency_ms": answer.latency_ms,
        }

    def _heed_silence(self, answer: ThinkResult) -> None:
        limits = self._settings.limits
        if limits.cost_usd is not None and cost_usd(self._settings.prices, answer.model, answer.usage) is None:
            raise _End("cost", error=f"the prices have none for {answer.model}, so its cost cannot be bounded")
        if self._state.silent >= _limits.SILENT_ANSWERS:
            raise _End("silent", error=f"the model gave {self._state.silent} answers in a row without calling a tool")
        if self._state.silent:
            cut_off = answer.finish_reason == "length"
            self._emit("note", text=_prompts.CUT_OFF if cut_off else _prompts.SILENT)

    def _failed(self, error: KernelError, pause: float) -> None:
        self._emit("model_error", code=error.code, error=error.error, pause_ms=round(pause * 1000))

    def _finish(self, end: _End) -> Event:
        event = end_event(self._state, _now_ms(), end.reason, round(self._seconds() * 1000), **end.fields)
        return self._journal.write(event)

    def _seconds(self) -> float:
        return self._seconds_before + time.monotonic() - self._begun

    def _seconds_left(self) -> float:
        return self._settings.limits.seconds - self._seconds()

    def _emit(self, kind: str, **fields: Any) -> Event:
        event = {"seq": self._state.seq + 1, "time": _now_ms(), "type": kind, **fields}
        size = len(encode(event))
        room = _limits.TRANSCRIPT_BYTES - self._state.size - _limits.TRANSCRIPT_RESERVE_BYTES
        if size > min(room, _limits.EVENT_BYTES):
            raise _End("transcript_full", error=f"the next event has {size} bytes, more than the transcript may take")
        self._state.size += size
        return self._journal.write(event)


def _in_sandbox(client: AgentOSClient) -> bool:
    if client.kernel.role != "agent":
        return False
    return any(agent.sandboxed for agent in client.list() if agent.id == client.agent_id)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
