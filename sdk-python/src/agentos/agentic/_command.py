# SPDX-License-Identifier: MIT
"""The command line: options, the terminal, signals and exit codes.

Exit codes: 0 the task is carried out; 1 the model says that it cannot be; 2 wrong usage, or a file that is no
transcript or no price table; 3 a bound ended the run; 4 the model did not answer; 5 the kernel or the agent was lost,
or could not be reached, or the transcript not be written; 128 and the number of the signal that ended it, such as 130
for Ctrl-C.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, replace
from types import FrameType
from typing import Any

from agentos import AgentOSClient, AgentOSError, NotRunning

from . import _words
from ._budget import Limits, Price, prices_from
from ._host import AgentFailed, Order, Stage
from ._state import Event
from ._toolbox import choose
from ._transcript import TranscriptError, TranscriptFile, encode, replay

LEVELS = ("unrestricted", "standard", "sandboxed", "readonly", "minimal")
FAILED, USAGE, BOUND, MODEL, LOST = 1, 2, 3, 4, 5
_CODES = {"model_failed": MODEL, "kernel_lost": LOST, "agent_lost": LOST}
_DEFAULTS = Limits()
# The events that say under which circumstances a run goes on.
_BEGINNINGS = ("start", "resume")

_ABOUT = """\
Have a language model carry out a task. It runs as a sandboxed agent of the running kernel, with DIR as its /workspace,
the only folder of yours that it sees and can write. What it does is shown on standard error; its answer comes on
standard output."""

_CODES_TOLD = """\
exit codes: 0 done; 1 the model says that it cannot be done; 2 wrong usage; 3 a limit ended it, or the model went in
circles; 4 the model did not answer; 5 the kernel or the agent was lost; 130 Ctrl-C"""


class _Misuse(Exception):
    """The command line asks for something that makes no sense; the text says what would."""


class _Stopped(BaseException):
    """A signal asked us to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: list[str]) -> int:
    """Run the command, and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup and a shell's & have it
            signal.signal(number, _stop)
    try:
        return _Command(options).run()
    except (_Misuse, TranscriptError) as error:
        return _complain(str(error), USAGE)
    except NotRunning:
        return _complain("no kernel is running; start one with: agentos daemon", LOST)
    except (AgentFailed, AgentOSError) as error:
        return _complain(str(error), LOST)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Nobody reads on; what is still buffered must not complain.
        return 128 + signal.SIGPIPE
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}" if error.filename else str(error), LOST)
    except _Stopped as stopped:
        return 128 + stopped.number


def _stop(number: int, _: FrameType | None) -> None:
    raise _Stopped(number)


def _complain(words: str, code: int) -> int:
    sys.stderr.write(f"agentos agent: {_words.safe(words)}\n")
    return code


class _Command:
    """One run of the command."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._file: TranscriptFile | None = None

    def run(self) -> int:
        options = self._options
        order = None if options.resume else self._fresh()
        path = options.resume or options.transcript
        with ExitStack() as stack:
            if path:
                self._file = _opened(path, bool(options.resume))
                stack.callback(self._file.close)
            events = self._file.events if self._file else []
            return self._carry_out(order or self._resumed(events), events)

    def _carry_out(self, order: Order, events: list[Event]) -> int:
        with AgentOSClient() as client:
            stage = Stage(client, order, events, self._record)
            try:
                end = stage.run()
            except _Stopped:
                stage.interrupted()
                raise
        if not self._options.json and end["answer"]:
            sys.stdout.write(_words.safe(end["answer"]) + "\n")
            sys.stdout.flush()
        if end["reason"] == "done":
            return 0 if end["success"] else FAILED
        return _CODES.get(end["reason"], BOUND)

    def _record(self, event: Event) -> None:
        if self._file:
            self._file.append(event)
        if self._options.json:
            sys.stdout.buffer.write(encode(event))
            sys.stdout.buffer.flush()
            return
        for line in _words.lines(event):
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    def _fresh(self) -> Order:
        options = self._options
        if not options.task or not options.task.strip():
            raise _Misuse('say what is to be done: agentos agent "do this task" --workspace DIR')
        if not options.workspace:
            raise _Misuse("--workspace DIR is missing: the folder that the agent works in")
        order = Order(
            task=options.task,
            name=options.name or f"agent-{secrets.token_hex(3)}",
            workspace=_folder(options.workspace),
            level=options.level or "sandboxed",
            hosts=tuple(options.allow_host or ()),
            tools=_names(options.tools),
            model=options.model,
            limits=_limits(options, _DEFAULTS),
            prices=_prices(options.prices) if options.prices else {},
            mcp=_servers(options.mcp or ()),
        )
        return _checked(order)

    def _resumed(self, events: list[Event]) -> Order:
        """What the transcript says, changed by what the options say."""
        options = self._options
        if options.task or options.transcript:
            raise _Misuse("--resume FILE goes on with that file's task and transcript; give neither")
        state = replay(events, options.resume)
        if state.end and state.end["reason"] == "done":
            raise _Misuse(f"the run of {options.resume} is done; there is nothing to resume")
        try:
            return _checked(self._changed(state.start["about"], [e for e in events if e["type"] in _BEGINNINGS][-1]))
        except (KeyError, TypeError, ValueError) as error:
            raise TranscriptError(
                f"{options.resume} is not a transcript of `agentos agent` ({type(error).__name__}: {error}); "
                "agentos.agentic.Loop may resume it"
            ) from error

    def _changed(self, about: dict[str, Any], last: Event) -> Order:
        options = self._options
        prices = {model: _without_none(price) for model, price in last["prices"].items()}
        return Order(
            task=None,
            name=options.name or about["name"],
            workspace=_folder(options.workspace or about["workspace"]),
            level=options.level or about["level"],
            hosts=tuple(options.allow_host or about["hosts"]),
            tools=_names(options.tools) or (tuple(about["tools"]) if about["tools"] else None),
            model=options.model or last["model"],
            limits=_limits(options, Limits(**last["limits"])),
            prices=_prices(options.prices) if options.prices else prices_from(prices),
            mcp=_servers(options.mcp or about.get("mcp", ())),
        )


def _opened(path: str, resume: bool) -> TranscriptFile:
    try:
        return TranscriptFile(path, resume)
    except OSError as error:
        raise _Misuse(f"{path}: {error.strerror}") from None


def _checked(order: Order) -> Order:
    """Refuse now what the agent would refuse."""
    if order.limits.cost_usd is not None and not order.prices:
        raise _Misuse("--max-cost needs --prices FILE: what a model costs is not known otherwise")
    try:
        choose(order.tools, {}) if order.tools else None
    except ValueError as error:
        raise _Misuse(f"--tools: {error}") from None
    return order


def _without_none(price: dict[str, Any]) -> dict[str, Any]:
    return {name: usd for name, usd in price.items() if usd is not None}


def _folder(path: str) -> str:
    folder = os.path.realpath(path)
    if not os.path.isdir(folder):
        raise _Misuse(f"--workspace {path} is no folder")
    return folder


def _names(words: str | None) -> tuple[str, ...] | None:
    return tuple(word.strip() for word in words.split(",") if word.strip()) if words else None


def _servers(names: Iterable[str]) -> tuple[str, ...]:
    """The servers, each once."""
    return tuple(dict.fromkeys(names))


def _limits(options: Namespace, before: Limits) -> Limits:
    given = {name: getattr(options, name) for name in asdict(before) if getattr(options, name) is not None}
    try:
        return replace(before, **given)
    except ValueError as error:
        raise _Misuse(str(error)) from None


def _prices(path: str) -> dict[str, Price]:
    try:
        with open(path, encoding="utf-8") as file:
            return prices_from(json.load(file))
    except OSError as error:
        raise _Misuse(f"--prices {path}: {error.strerror}") from None
    except ValueError as error:
        raise _Misuse(f"--prices {path}: {error}") from None


def _parser() -> ArgumentParser:
    parser = ArgumentParser("agentos agent", description=_ABOUT, epilog=_CODES_TOLD, formatter_class=_Formatter)
    parser.add_argument("task", nargs="?", metavar="TASK", help="what is to be done")
    parser.add_argument("--workspace", metavar="DIR", help="the folder that the agent works in")
    parser.add_argument("--model", metavar="M", help="the kernel's default otherwise")
    parser.add_argument("--level", choices=LEVELS, help="of the agent's permissions (sandboxed)")
    parser.add_argument("--allow-host", metavar="HOST", action="append", help="that http_request may reach; repeatable")
    parser.add_argument("--tools", metavar="A,B", help="exec, read, write, http, message, spawn, or tools' names")
    parser.add_argument("--mcp", metavar="SERVER", action="append", help="add its tools; an MCP server; repeatable")
    parser.add_argument("--name", metavar="NAME", help="the agent's name")
    bounds = parser.add_argument_group("limits")
    _number(bounds, "--max-steps", "steps", int, f"answers of the model ({_DEFAULTS.steps})")
    _number(bounds, "--max-tokens", "tokens", int, f"of questions and answers together ({_DEFAULTS.tokens})")
    _number(bounds, "--max-seconds", "seconds", float, f"from start to end ({_DEFAULTS.seconds:g})")
    _number(bounds, "--max-cost", "cost_usd", float, "US dollars; needs --prices")
    bounds.add_argument(
        "--prices", metavar="FILE", help='{"model": {"input": 0.3, "output": 2.5}}: dollars a million tokens; "*": any'
    )
    record = parser.add_argument_group("transcript")
    record.add_argument("--transcript", metavar="FILE", help="write one, from which the run can be resumed")
    record.add_argument("--resume", metavar="FILE", help="go on with the interrupted run of that transcript")
    record.add_argument("--json", action="store_true", help="the transcript on standard output, one event a line")
    return parser


class _Formatter(RawDescriptionHelpFormatter):
    """Keeps the lines of the texts as they are written."""


def _number(group: Any, name: str, target: str, kind: type, words: str) -> None:
    group.add_argument(name, dest=target, type=kind, metavar="N", help=words)
