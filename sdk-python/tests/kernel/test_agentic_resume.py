# SPDX-License-Identifier: MIT
"""Runs that are killed with SIGKILL, at every moment that there is, and resumed: nothing is done twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel.daemon import Daemon
from kernel.model import agent, calls, done, script

from agentos import AgentOSClient, agentic
from agentos.agentic import Limits, Loop, Outcome, TranscriptError, read_transcript

# Where commands of the model leave their traces: a line for each time that they run.
FOLDER = tempfile.mkdtemp(prefix="agentos-resume-")

# A start, three answers of the model, four calls with their results (the last is done), an end; and the traces that the
# calls leave, by the number of the event that announces each.
EVENTS = 13
CALLS = {3: "a", 5: "b", 8: "c"}
DURING = ["a", "b", "c"]


# Who is hit in the middle of which call, and by which signal.
BLOWS = {**{f"during-{word}": (word, "KILL") for word in DURING}, "at-the-keyboard": ("b", "INT")}
CALLERS = [*(f"after-{number}" for number in range(1, EVENTS + 1)), *BLOWS]


def echo(caller: str, word: str) -> tuple[str, dict[str, str]]:
    """A call that leaves a trace, and ends the run that makes it if it is to be."""
    pid = f"{FOLDER}/{caller}.pid"
    hit, blow = BLOWS.get(caller, ("", ""))
    then = f"; until [ -s {pid} ]; do :; done; kill -{blow} $(cat {pid}); sleep 60" if hit == word else ""
    return ("execute", {"command": f"echo {word} >> {FOLDER}/{caller}{then}"})


TALKS = {
    caller: [calls(echo(caller, "a"), echo(caller, "b")), calls(echo(caller, "c")), done("all done")]
    for caller in CALLERS
}

PROGRAM = """
import os, signal, sys
from agentos import AgentOSClient
from agentos.agentic import Loop

socket, path, last = sys.argv[1:]

def kill_after(event):
    if event["seq"] == int(last):
        os.kill(os.getpid(), signal.SIGKILL)

with AgentOSClient(socket) as client:
    Loop(client, tools=["exec"], transcript=path, on_event=kill_after).run("leave three traces")
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Daemon]:
    with Daemon(script(TALKS)) as daemon:
        yield daemon
    shutil.rmtree(FOLDER)


def start(socket: str, path: Path, last: int) -> subprocess.Popen[bytes]:
    environment = {"PYTHONPATH": str(Path(agentic.__file__).parents[2])}
    return subprocess.Popen([sys.executable, "-c", PROGRAM, socket, str(path), str(last)], env=environment)


def resume(socket: str, path: Path) -> Outcome:
    with AgentOSClient(socket) as client:
        return Loop(client, tools=["exec"], transcript=path).resume()


def traces(caller: str) -> list[str]:
    path = Path(FOLDER) / caller
    return path.read_text().split() if path.exists() else []


@pytest.mark.parametrize("last", range(1, EVENTS))
def test_killed_after_any_event(kernel: Daemon, tmp_path: Path, last: int) -> None:
    path, caller = tmp_path / "run.jsonl", f"after-{last}"
    with agent(kernel, caller) as socket:
        assert start(socket, path, last).wait(60) == -signal.SIGKILL
        assert [event["seq"] for event in read_transcript(path)] == list(range(1, last + 1))

        outcome = resume(socket, path)

    assert (outcome.reason, outcome.answer) == ("done", "all done")
    # The call that was announced last was never made; that is not known, so it is not made again either.
    lost = CALLS.get(last)
    assert traces(caller) == [word for word in DURING if word != lost]
    results = [event for event in read_transcript(path) if event["type"] == "result"]
    unknown = [event for event in results if event["decision"] == "unknown"]
    assert [event["code"] for event in unknown] == (["INTERRUPTED"] if lost else [])
    assert len(results) == len(CALLS) + 1


@pytest.mark.parametrize("word", DURING)
def test_killed_in_the_middle_of_a_call(kernel: Daemon, tmp_path: Path, word: str) -> None:
    path, caller = tmp_path / "run.jsonl", f"during-{word}"
    with agent(kernel, caller) as socket:
        process = start(socket, path, last=0)
        Path(f"{FOLDER}/{caller}.pid").write_text(str(process.pid))
        assert process.wait(60) == -signal.SIGKILL

        outcome = resume(socket, path)

    assert (outcome.reason, outcome.answer) == ("done", "all done")
    assert traces(caller) == DURING
    results = [event for event in read_transcript(path) if event["type"] == "result"]
    told = next(event["text"] for event in results if event["decision"] == "unknown")
    assert told.startswith("The run was interrupted while this call was under way.")


def test_interrupted_at_the_keyboard(kernel: Daemon, tmp_path: Path) -> None:
    path, caller = tmp_path / "run.jsonl", "at-the-keyboard"
    with agent(kernel, caller) as socket:
        process = start(socket, path, last=0)
        Path(f"{FOLDER}/{caller}.pid").write_text(str(process.pid))
        assert process.wait(60) == -signal.SIGINT
        assert read_transcript(path)[-1]["reason"] == "interrupted"

        outcome = resume(socket, path)

    assert outcome.reason == "done"
    assert traces(caller) == DURING


def test_a_run_that_is_done_is_not_resumed(kernel: Daemon, tmp_path: Path) -> None:
    path, caller = tmp_path / "run.jsonl", f"after-{EVENTS}"
    with agent(kernel, caller) as socket:
        assert start(socket, path, EVENTS).wait(60) == -signal.SIGKILL

        with pytest.raises(TranscriptError, match="the run is done"):
            resume(socket, path)


def test_what_was_used_before_counts_and_a_larger_limit_goes_on(tmp_path: Path) -> None:
    talk = [calls(("execute", {"command": "date +%N"}))] * 4 + [done("after all")]
    path = tmp_path / "run.jsonl"
    with (
        Daemon(script({"limited": talk})) as kernel,
        agent(kernel, "limited") as socket,
        AgentOSClient(socket) as client,
    ):
        first = Loop(client, tools=["exec"], transcript=path, limits=Limits(steps=2)).run("a task")
        again = Loop(client, tools=["exec"], transcript=path, limits=Limits(steps=2)).resume()
        last = Loop(client, tools=["exec"], transcript=path, limits=Limits(steps=9)).resume()

    assert (first.reason, first.steps) == ("steps", 2)
    assert (again.reason, again.steps, again.tokens) == ("steps", 2, first.tokens)
    assert (last.reason, last.steps) == ("done", 5)
    assert last.tokens > first.tokens
    assert [event["limits"]["steps"] for event in read_transcript(path) if event["type"] == "resume"] == [2, 9]


def test_a_transcript_is_written_by_one_run_at_a_time(kernel: Daemon, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    reader, writer = os.pipe()
    program = (
        "import fcntl, os, sys\n"
        f"file = os.open({str(path)!r}, os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(file, fcntl.LOCK_EX)\n"
        "print(flush=True)\n"
        "sys.stdin.read()\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", program], stdin=reader, stdout=subprocess.PIPE)
    os.close(reader)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"\n"
    try:
        with AgentOSClient(kernel.socket) as client, pytest.raises(TranscriptError, match="by another run"):
            Loop(client, transcript=path).run("a task")
    finally:
        os.close(writer)
        holder.wait(60)
        holder.stdout.close()
