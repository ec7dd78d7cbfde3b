# SPDX-License-Identifier: MIT
"""The agent loop on a real kernel, with a model that says what the tests need: good, useless and hostile things."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon
from kernel.model import agent, call, calls, done, script

from agentos import AgentOSClient
from agentos.agentic import Event, Limits, Loop, Outcome, Price, TranscriptError, _limits, read_transcript, run, tool

# Where commands of the model find what only the test knows.
FOLDER = tempfile.mkdtemp(prefix="agentos-agentic-")
KERNEL_PID = f"{FOLDER}/kernel.pid"

BIG = "head -c 30000 /dev/zero | tr '\\0' x; echo "
TALKS = {
    "worker": [
        calls(("write_file", {"path": f"{FOLDER}/a.txt", "content": "one\ntwo\n"}), content="I write it down."),
        calls(("execute", {"command": f"wc -l < {FOLDER}/a.txt"}), ("word_count", {"text": "one two"})),
        done("2 lines"),
    ],
    "giver-up": [done("there is no such file", success=False)],
    "misnamer": [call("bash", command="ls"), call("read", path="/etc/hosts"), done("found it")],
    "stubborn": [call("bash", command="ls")],
    "careless": [call("execute", cmd="ls"), call("execute", command=5), call("done"), done("at last")],
    "circler": [call("execute", command="echo the same")],
    "pendulum": [call("execute", command="echo tick"), call("execute", command="echo tock")] * 50,
    "restless": [call("execute", command="date +%N")],
    "talker": [{"content": "I think that I should begin soon."}],
    "late-caller": [{"content": "Let me think."}, call("execute", command="true"), {"content": "Hm."}, done("so")],
    "spender": [{**call("execute", command="date +%N"), "usage": {"input": 300, "output": 100}}],
    "sleeper": [{**done("too late"), "delay_ms": 60_000}],
    "waiter": [call("execute", command="sleep 60", timeout=50)],
    "throttled": [{"error": {"code": "RESOURCE_EXHAUSTED", "message": "slow down", "retry_after_ms": 10}}] * 2
    + [done("patience")],
    "throttled-for-ever": [{"error": {"code": "RESOURCE_EXHAUSTED", "message": "slow down", "retry_after_ms": 10}}],
    "rejected": [{"error": {"code": "INVALID_REQUEST", "message": "this model takes no tools"}}],
    "crowd": [calls(*(("execute", {"command": f"echo {number}"}) for number in range(18))), done("enough")],
    "reader.*": [call("execute", command=BIG + str(number)) for number in range(40)] + [done("read it all")],
    "failing": [call("explode"), call("explode", message="\\ud800"), done("it does not work")],
    "operator": [call("execute", command=f"echo done >> {FOLDER}/killed; kill -9 $(cat {KERNEL_PID}); sleep 60")],
    "manager": [
        call("spawn_agent", name="helper", command=["sh", "-c", "echo at your service"]),
        call("wait_for_agent", agent="helper", timeout=20),
        call("read_logs", agent="helper"),
        call("send_message", to="manager", message={"note": "to myself"}),
        call("receive_messages", wait=5),
        done("managed"),
    ],
}


@pytest.fixture(scope="module")
def kernel() -> Iterator[Daemon]:
    with Daemon(script(TALKS)) as daemon:
        yield daemon
    shutil.rmtree(FOLDER)


class Runner:
    """Runs a loop as a caller of a name, and keeps what it told."""

    def __init__(self, kernel: Daemon) -> None:
        self._kernel = kernel
        self.events: list[Event] = []

    def __call__(self, caller: str, **options: Any) -> Outcome:
        options = {"tools": ["exec"], "on_event": self.events.append, **options}
        with agent(self._kernel, caller) as socket, AgentOSClient(socket) as client:
            return run(client, f"the task of {caller}", **options)

    def of(self, kind: str) -> list[Event]:
        return [event for event in self.events if event["type"] == kind]


@pytest.fixture
def runner(kernel: Daemon) -> Runner:
    return Runner(kernel)


@tool
def word_count(text: str) -> int:
    """Count the words of a text."""
    return len(text.split())


@tool
def explode(message: str = "bang") -> None:
    """Raise what you like."""
    raise RuntimeError(message)


def execute(command: str) -> str:
    """Pretend to be a tool that there is."""
    return command


def test_a_task_is_carried_out_and_the_transcript_tells_how(runner: Runner, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    outcome = runner("worker", tools=["exec", "write", word_count], transcript=path, about={"why": "a test"})

    assert (outcome.reason, outcome.answer, outcome.success, outcome.error) == ("done", "2 lines", True, None)
    assert (outcome.steps, outcome.cost_usd) == (3, None)
    assert outcome.tokens == sum(event["tokens"] for event in runner.of("model")) > 0
    assert read_transcript(path) == runner.events
    assert [event["seq"] for event in runner.events] == list(range(1, len(runner.events) + 1))
    start = runner.events[0]
    assert (start["task"], start["about"]) == ("the task of worker", {"why": "a test"})
    assert [offered["name"] for offered in start["tools"]] == ["execute", "write_file", "word_count", "done"]
    assert start["agent"]["level"] == "unrestricted"
    assert [(event["call"], event["tool"], event["decision"], event["text"]) for event in runner.of("result")] == [
        ("1.1", "write_file", "allowed", '{"bytes_written":8}'),
        ("2.1", "execute", "allowed", "2\n[exit code 0]"),
        ("2.2", "word_count", "allowed", "2"),
        ("3.1", "done", "allowed", "2 lines"),
    ]
    assert [event["call"] for event in runner.of("call")] == ["1.1", "2.1", "2.2", "3.1"]
    assert runner.events[-1]["type"] == "end"


def test_a_model_that_gives_up_says_so(runner: Runner) -> None:
    outcome = runner("giver-up")

    assert (outcome.reason, outcome.success, outcome.answer) == ("done", False, "there is no such file")


def test_an_unknown_tool_is_answered_with_those_that_there_are(runner: Runner) -> None:
    assert runner("misnamer").success
    first, second = runner.of("result")[:2]

    assert (first["decision"], first["code"]) == ("invalid", "UNKNOWN_TOOL")
    assert first["text"] == "UNKNOWN_TOOL: there is no tool 'bash'; there are done, execute"
    assert "there is no tool 'read'" in second["text"]


def test_a_model_that_only_calls_unknown_tools_is_stopped(runner: Runner) -> None:
    outcome = runner("stubborn")

    assert (outcome.reason, outcome.steps, outcome.success) == ("invalid_calls", 5, False)
    assert outcome.error is not None
    assert "there is no tool 'bash'" in outcome.error


def test_wrong_arguments_are_answered_with_what_would_be_right(runner: Runner) -> None:
    assert runner("careless").answer == "at last"

    assert [event["text"] for event in runner.of("result")[:3]] == [
        "INVALID_ARGUMENTS: execute: cmd is unknown; did you mean command?",
        "INVALID_ARGUMENTS: execute: command must be a string, was 5",
        "INVALID_ARGUMENTS: done: answer is missing; it must be a string",
    ]


def test_a_loop_of_the_same_call_is_noticed_told_and_ended(runner: Runner) -> None:
    outcome = runner("circler")

    assert (outcome.reason, outcome.steps) == ("repeats", 6)
    texts = [event["text"] for event in runner.of("result")]
    assert texts[0] == texts[1] == "the same\n[exit code 0]"
    assert "has now given this same result 3 times; do something else" in texts[2]


def test_a_loop_of_two_calls_is_noticed_too(runner: Runner) -> None:
    assert (runner("pendulum").reason, len(runner.of("result"))) == ("repeats", 11)


def test_a_run_has_so_many_answers(runner: Runner) -> None:
    outcome = runner("restless", limits=Limits(steps=4))

    assert (outcome.reason, outcome.steps) == ("steps", 4)
    texts = [event["text"] for event in runner.of("result")]
    assert ["only" in text for text in texts] == [False, True, True, False]
    assert "only one more answer is possible; call done" in texts[2]


def test_a_model_that_calls_nothing_is_urged_and_then_stopped(runner: Runner) -> None:
    outcome = runner("talker")

    assert (outcome.reason, outcome.steps) == ("silent", 3)
    assert outcome.answer == "I think that I should begin soon."
    assert ["call done" in event["text"] for event in runner.of("note")] == [True, True]


def test_silence_counts_in_a_row_only(runner: Runner) -> None:
    assert runner("late-caller").success


def test_a_run_has_so_many_tokens(runner: Runner) -> None:
    outcome = runner("spender", limits=Limits(tokens=1000))

    assert (outcome.reason, outcome.tokens, outcome.steps) == ("tokens", 1200, 3)


def test_a_run_has_so_much_money(runner: Runner) -> None:
    prices = {"offline-1": Price(input=1000, output=10_000)}
    outcome = runner("spender", limits=Limits(cost_usd=2.0), prices=prices)

    assert outcome.reason == "cost"
    assert outcome.cost_usd == pytest.approx(2 * 1.3)
    assert [event["cost_usd"] for event in runner.of("model")] == pytest.approx([1.3, 1.3])


def test_money_cannot_be_bounded_without_a_price(runner: Runner) -> None:
    outcome = runner("spender", limits=Limits(cost_usd=2.0), prices={"another": Price(1, 1)})

    assert (outcome.reason, outcome.steps) == ("cost", 1)
    assert outcome.error == "the prices have none for offline-1, so its cost cannot be bounded"
    with pytest.raises(ValueError, match="needs prices"):
        runner("spender", limits=Limits(cost_usd=2.0))


@pytest.mark.parametrize("caller", ["sleeper", "waiter"])
def test_a_run_has_so_much_time_for_the_model_and_for_its_calls(runner: Runner, caller: str) -> None:
    outcome = runner(caller, limits=Limits(seconds=1.0))

    assert outcome.reason == "time"
    assert round(outcome.seconds, 1) >= 1.0


def test_a_model_that_is_busy_is_asked_again(runner: Runner) -> None:
    assert runner("throttled").answer == "patience"

    failures = [(event["code"], event["error"], event["pause_ms"]) for event in runner.of("model_error")]
    assert failures == [("RESOURCE_EXHAUSTED", "slow down", 10)] * 2


def test_a_model_that_stays_busy_is_not_asked_for_ever(runner: Runner) -> None:
    outcome = runner("throttled-for-ever")

    assert (outcome.reason, outcome.code, outcome.error) == ("model_failed", "RESOURCE_EXHAUSTED", "slow down")
    assert len(runner.of("model_error")) == 3


def test_a_model_that_refuses_ends_the_run(runner: Runner) -> None:
    outcome = runner("rejected")

    assert (outcome.reason, outcome.code, outcome.steps) == ("model_failed", "INVALID_REQUEST", 0)
    assert outcome.error is not None
    assert "takes no tools" in outcome.error


def test_more_calls_than_one_answer_may_ask_for_are_not_made(runner: Runner) -> None:
    assert runner("crowd").success

    decisions = [event["decision"] for event in runner.of("result")]
    assert decisions == ["allowed"] * 16 + ["invalid"] * 2 + ["allowed"]


def test_a_conversation_may_be_longer_than_a_request(runner: Runner) -> None:
    outcome = runner("reader", limits=Limits(steps=60, tokens=100_000_000))

    assert (outcome.reason, outcome.steps) == ("done", 41)
    assert sum(len(event["text"]) for event in runner.of("result")) > 512 << 10


def test_a_function_that_raises_is_told_and_the_run_goes_on(runner: Runner) -> None:
    assert runner("failing", tools=[explode]).success

    first, second = runner.of("result")[:2]
    assert (first["decision"], first["code"], first["text"]) == ("allowed", "TOOL_FAILED", "RuntimeError: bang")
    assert second["text"].startswith("RuntimeError: ")


def test_agents_and_messages(runner: Runner) -> None:
    assert runner("manager", tools=["spawn", "message"]).answer == "managed"

    spawned, waited, logged, sent, received, _ = [event["text"] for event in runner.of("result")]
    assert json.loads(spawned)["name"] == "helper"
    assert json.loads(waited)["exit_reason"] == "exited"
    assert "at your service" in logged.splitlines()
    assert list(json.loads(sent)) == ["delivered_to"]
    assert json.loads(received)["messages"][0]["message"] == {"note": "to myself"}


def test_a_transcript_that_is_full_ends_the_run(
    runner: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_limits, "TRANSCRIPT_BYTES", _limits.TRANSCRIPT_RESERVE_BYTES + 8_000)
    path = tmp_path / "run.jsonl"
    outcome = runner("restless", transcript=path)

    assert outcome.reason == "transcript_full"
    assert read_transcript(path)[-1]["type"] == "end"
    assert 6_000 < path.stat().st_size < 10_000


def test_a_conversation_that_fits_no_request_ends_the_run(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_limits, "CONVERSATION_BYTES", 40_000)
    outcome = runner("reader-of-little")

    assert (outcome.reason, outcome.steps) == ("too_long", 3)


def test_what_listens_can_end_the_run(kernel: Daemon, tmp_path: Path) -> None:
    def listen(event: Event) -> None:
        if event["type"] == "model":
            raise OSError("nobody is there any more")

    path = tmp_path / "run.jsonl"
    with pytest.raises(OSError, match="nobody is there"):
        Runner(kernel)("restless", on_event=listen, transcript=path)

    assert [event["type"] for event in read_transcript(path)] == ["start", "model"]


def test_a_kernel_that_dies_in_the_middle_of_a_call_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Daemon(script(TALKS)) as mortal:
        Path(KERNEL_PID).write_text(str(mortal.process_id))
        with AgentOSClient(mortal.socket) as client:
            outcome = run(client, "kill the kernel", tools=["exec"], transcript=path)
        assert outcome.reason == "kernel_lost"
        assert outcome.error is not None
        assert "whether the call was carried out is not known" in outcome.error
        mortal.stop(signal.SIGKILL)

        mortal.llm_script = script({"operator": [done("it was killed")]})
        mortal.start()
        with AgentOSClient(mortal.socket) as client:
            loop = Loop(client, tools=["exec"], transcript=path)
            resumed = loop.resume()
            with pytest.raises(TranscriptError, match="the run is done"):
                loop.resume()

    assert (resumed.reason, resumed.answer, resumed.steps) == ("done", "it was killed", 2)
    events = read_transcript(path)
    results = [event for event in events if event["type"] == "result"]
    assert [(event["decision"], event.get("code")) for event in results] == [
        ("unknown", "CONNECTION_LOST"),
        ("allowed", None),
    ]
    assert [event["type"] for event in events[4:7]] == ["end", "resume", "note"]
    assert Path(f"{FOLDER}/killed").read_text() == "done\n"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"tools": ["bash"]}, "there is no tool bash; there are exec, read, write, http, message, spawn, read_file"),
        ({"tools": ["exec", tool(execute)]}, "two tools have the name execute"),
        ({"instructions": "x" * 100_000}, "instructions have at most"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    runner: Runner, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(ValueError, match=problem):
        runner("restless", **options)
    assert not runner.events


def test_a_task_has_words(kernel: Daemon) -> None:
    with AgentOSClient(kernel.socket) as client:
        for task in ("", "  ", "x" * 100_000):
            with pytest.raises(ValueError, match="a task has 1 to 65536 characters"):
                run(client, task)
        with pytest.raises(TranscriptError, match="give transcript or events"):
            Loop(client).resume()
