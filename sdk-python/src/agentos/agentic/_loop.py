# SPDX-License-Identifier: MIT
"""The loop as it is called: what a caller sets, and what comes out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _limits
from ._budget import Limits, Price
from ._functions import FunctionTool
from ._run import Run, Settings
from ._state import Event, State
from ._toolbox import choose
from ._transcript import TranscriptError, TranscriptFile, replay

if TYPE_CHECKING:
    from agentos import AgentOSClient

# What may be resumed: everything but a run whose task is done, one way or the other.
FINAL = "done"


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Attributes:
        reason: "done" when the model called done; or what ended it before that, as in docs/contract/transcript.md:
            steps, tokens, cost, time, quota, repeats, invalid_calls, silent, too_long, transcript_full, model_failed,
            kernel_lost.
        answer: what the model gave as its answer; without "done", its last words.
        success: the model called done and said that the task is carried out.
        error: a sentence on what went wrong, unless nothing did.
        code: the protocol's code of that failure, if it was one of the kernel's.
    """

    reason: str
    answer: str
    success: bool
    error: str | None
    code: str | None
    steps: int
    tokens: int
    cost_usd: float | None
    seconds: float


@dataclass(frozen=True)
class Loop:
    """Has a language model carry out tasks by calling tools, through the kernel, with the rights of a client.

        with AgentOSClient() as client:
            loop = Loop(client, limits=Limits(steps=20), transcript="run.jsonl")
            print(loop.run("How many lines has /etc/hosts?").answer)

    The kernel judges each call of a tool as a call of that client: an operator's run may do what an operator may, so
    outside of a sandboxed agent give it few tools.

    Attributes:
        client: connected. What the model asks for is done with its identity, and its quota is used.
        tools: names of `agentos.tools`, of groups of them (exec, read, write, http, message, spawn), and functions with
            `@tool`. By default all groups that the client's permissions are of use for.
        model: its name; the kernel's default otherwise.
        limits: when to end although the task is not done.
        prices: by the model's name, or "*" for any; needed for `limits.cost_usd`.
        instructions: more for the system instruction.
        transcript: a file to write, from which an interrupted run can be resumed.
        on_event: called with each event of the transcript before the run goes on; what it raises ends the run. After an
            interruption it may be given the last one again, which then has the same `seq`.
        about: for the transcript's first event: anything that JSON can say.
    """

    client: AgentOSClient
    tools: Sequence[str | FunctionTool] | None = None
    model: str | None = None
    limits: Limits = field(default_factory=Limits)
    prices: Mapping[str, Price] = field(default_factory=dict)
    instructions: str = ""
    transcript: str | os.PathLike[str] | None = None
    on_event: Callable[[Event], None] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what cannot be bounded.

        Raises:
            ValueError: a limit of cost without prices, or instructions that are too long.
        """
        if self.limits.cost_usd is not None and not self.prices:
            raise ValueError("limits.cost_usd needs prices: what a model costs is not known otherwise")
        if len(self.instructions) > _limits.TASK_CHARACTERS:
            raise ValueError(f"instructions have at most {_limits.TASK_CHARACTERS} characters")

    def run(self, task: str) -> Outcome:
        """Carry out a task.

        Raises:
            ValueError: the task is empty or too long, or a tool is not known.
            TranscriptError: the transcript's file is in use or not empty.
            OSError: it cannot be written; the run ends there.
        """
        if not task.strip() or len(task) > _limits.TASK_CHARACTERS:
            raise ValueError(f"a task has 1 to {_limits.TASK_CHARACTERS} characters, this one {len(task)}")
        return self._go(State(), task)

    def resume(self, events: Iterable[Event] | None = None) -> Outcome:
        """Go on with the run that the transcript is of; what was used before counts.

        No tool call that has a result is made again. One that was under way is told to the model as one whose outcome
        is not known; those that were asked for but not begun are made now.

        Args:
            events: the events to go on from, when they are not in the file `transcript`.

        Raises:
            TranscriptError: there is nothing to go on from, or the run is done.
            OSError: the file cannot be read or written.
        """
        return self._go(None if events is None else replay(events), None)

    def _go(self, state: State | None, task: str | None) -> Outcome:
        with ExitStack() as stack:
            record = self.on_event or _unheard
            if self.transcript is not None:
                file = TranscriptFile(self.transcript, resume=task is None)
                stack.callback(file.close)
                record = _both(file.append, record)
                state = replay(file.events, file.path) if task is None else state
            if state is None:
                raise TranscriptError("to resume, give transcript or events")
            if state.end and state.end["reason"] == FINAL:
                raise TranscriptError("the run is done; there is nothing to resume")
            run = Run(self._settings(), state, record)
            end = run.begin(task) if task is not None else run.resume()
            return self._outcome(state, end)

    def _settings(self) -> Settings:
        may = self.client.get_permissions().permissions
        return Settings(
            client=self.client,
            chosen=choose(self.tools, may),
            model=self.model,
            limits=self.limits,
            prices=self.prices,
            instructions=self.instructions,
            level=str(may.get("level")),
            about=self.about,
        )

    def _outcome(self, state: State, end: Event) -> Outcome:
        return Outcome(
            reason=end["reason"],
            answer=end["answer"],
            success=end["success"],
            error=end.get("error"),
            code=end.get("code"),
            steps=state.steps,
            tokens=state.tokens,
            cost_usd=state.cost_usd if self.prices else None,
            seconds=state.seconds,
        )


def run(client: AgentOSClient, task: str, **options: Any) -> Outcome:
    """Carry out a task: `Loop(client, **options).run(task)`."""
    return Loop(client, **options).run(task)


def _unheard(_: Event) -> None:
    """Nobody listens."""


def _both(first: Callable[[Event], None], then: Callable[[Event], None]) -> Callable[[Event], None]:
    def record(event: Event) -> None:
        first(event)
        then(event)

    return record
