# SPDX-License-Identifier: MIT
"""`agentos agent` on a real kernel: the run as a sandboxed agent, what the terminal shows, signals, exit codes."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kernel.daemon import Daemon
from kernel.model import call, calls, done, script

from agentos import AgentOSClient, agentic
from agentos.agentic import Event, Limits, Price, read_transcript
from agentos.agentic._host import AgentFailed, Order, Stage

PATIENCE_SECONDS = 60

TALKS = {
    "worker": [
        calls(
            ("execute", {"command": "printf 'title: \\033]0;owned\\007\\n'; seq 30; pwd"}),
            ("write_file", {"path": "/workspace/out.txt", "content": "made"}),
            ("write_file", {"path": "/etc/out.txt", "content": "made"}),
            content="I begin.",
        ),
        call("execute", command="touch /opt/x /agentic.py /run/x; echo x > /workspace/agentos.py; ls /run"),
        done("it is\nmade \x1b[31m"),
    ],
    "giver-up": [done("impossible", success=False)],
    "circler": [call("execute", command="echo the same")],
    "rejected": [{"error": {"code": "NOT_FOUND", "message": "there is no such model"}}],
    "sleeper.*": [call("execute", command="echo $$ > /workspace/pid; exec sleep 1000", timeout=600), done("awake")],
    "victim.*": [call("execute", command="sleep 1000", timeout=600), done("still here")],
    "vandal": [call("execute", command="kill -9 -1; echo what is left?"), done("everything")],
    "liar": [
        call(
            "execute",
            command="python3 -c \"import socket; socket.socket(socket.AF_UNIX).connect('/run/agentic.sock')\"",
        ),
        done("nobody there"),
    ],
    "fetcher": [call("http_request", url="http://127.0.0.1:9/"), done("tried")],
}


class Command:
    """Runs the command, with a workspace of its own; what still runs at the end of the `with` block is killed."""

    def __init__(self, folder: Path, socket: str) -> None:
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(agentic.__file__).parents[2]),
            "AGENTOS_SOCKET": socket,
        }
        self._started: list[subprocess.Popen[bytes]] = []
        self.workspace = folder / "work"
        self.workspace.mkdir()
        self.path = folder / "run.jsonl"

    def __enter__(self) -> Command:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._started:
            process.kill()
            process.communicate()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "agentos.agentic", *arguments]
        process = subprocess.Popen(
            command, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        self._started.append(process)
        return process

    def finish(self, process: subprocess.Popen[bytes]) -> subprocess.CompletedProcess[str]:
        """Wait for it to end, and return what it has written meanwhile."""
        output, errors = process.communicate(timeout=PATIENCE_SECONDS)
        return subprocess.CompletedProcess(process.args, process.returncode, output.decode(), errors.decode())

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.finish(self.start(*arguments))

    def task(self, name: str, *more: str) -> tuple[str, ...]:
        """The arguments for a fresh task of an agent of that name."""
        return (f"the task of {name}", "--workspace", str(self.workspace), "--name", name, *more)

    def events(self) -> list[Event]:
        return read_transcript(self.path)


@pytest.fixture(scope="module")
def kernel() -> Iterator[Daemon]:
    with Daemon(script(TALKS)) as daemon:
        yield daemon


@pytest.fixture
def command(kernel: Daemon, tmp_path: Path) -> Iterator[Command]:
    with Command(tmp_path, kernel.socket) as made:
        yield made


def read_until(process: subprocess.Popen[bytes], words: bytes) -> None:
    """Read what the command shows, until it shows these words."""
    assert process.stderr is not None
    shown = b""
    while words not in shown:
        ready, _, _ = select.select([process.stderr], [], [], PATIENCE_SECONDS)
        part = os.read(process.stderr.fileno(), 65536) if ready else b""
        assert part, f"it never shows {words!r}: {shown!r}"
        shown += part


def state_of(kernel: Daemon, name: str) -> str:
    """Wait for the agent of that name to end, and say how."""
    with AgentOSClient(kernel.socket) as client:
        agent = [agent for agent in client.list() if agent.name == name][-1]
        return client.wait(agent.id, timeout=PATIENCE_SECONDS).exit_reason


def test_a_task_is_carried_out_in_the_workspace_and_nowhere_else(command: Command, kernel: Daemon) -> None:
    ran = command(*command.task("worker", "--transcript", str(command.path)))

    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "it is\nmade \u241b[31m\n"
    assert (command.workspace / "out.txt").read_text() == "made"
    assert "I begin." in ran.stderr
    assert "> execute printf" in ran.stderr
    assert "> write_file /workspace/out.txt" in ran.stderr
    assert "denied: PERMISSION_DENIED: write to /etc/out.txt" in ran.stderr
    assert "more lines" in ran.stderr
    assert "\x1b" not in ran.stderr
    assert "\x07" not in ran.stderr
    assert "ended after 3 answers" in ran.stderr
    results = {event["call"]: event["text"] for event in command.events() if event["type"] == "result"}
    for place in ("/opt/x", "/agentic.py", "/run/x"):
        assert f"touch: cannot touch '{place}'" in results["2.1"]
    assert "agentos-agentic" not in results["2.1"]
    assert command.events()[0]["agent"] == {
        "id": command.events()[0]["agent"]["id"],
        "role": "agent",
        "level": "sandboxed",
    }
    assert state_of(kernel, "worker") == "exited"


def test_as_json_it_shows_its_transcript_and_nothing_else(command: Command) -> None:
    ran = command(*command.task("giver-up", "--json", "--transcript", str(command.path)))

    assert ran.returncode == 1
    assert ran.stderr == ""
    assert [json.loads(line) for line in ran.stdout.splitlines()] == command.events()


@pytest.mark.parametrize(
    ("name", "more", "code", "shown"),
    [
        ("circler", (), 3, "ended by repeats after 6 answers"),
        ("circler", ("--max-steps", "2"), 3, "ended by steps after 2 answers"),
        ("circler", ("--max-tokens", "50"), 3, "ended by tokens after 1 answers"),
        ("sleeper-in-haste", ("--max-seconds", "1"), 3, "ended by time after 1 answers"),
        ("rejected", (), 4, "ended by model_failed after 0 answers"),
        ("vandal", (), 0, "ended after 2 answers"),
        ("giver-up", ("--tools", "exec,read_file"), 1, "ended after 1 answers"),
    ],
)
def test_how_it_ended_is_its_exit_code(
    command: Command, name: str, more: tuple[str, ...], code: int, shown: str
) -> None:
    ran = command(*command.task(name, *more))

    assert ran.returncode == code, ran.stderr
    assert shown in ran.stderr
    assert "Traceback" not in ran.stderr


def test_the_price_table_bounds_the_cost(command: Command, tmp_path: Path) -> None:
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({"*": {"input": 1_000_000, "output": 1_000_000}}))
    ran = command(*command.task("circler", "--max-cost", "1", "--prices", str(prices)))

    assert ran.returncode == 3
    assert "ended by cost after 1 answers" in ran.stderr
    assert "USD" in ran.stderr


def test_hosts_that_are_not_allowed_are_refused_and_those_that_are_are_asked(command: Command) -> None:
    arguments = command.task("fetcher", "--tools", "http", "--transcript", str(command.path))
    assert command(*arguments).returncode == 0
    assert [event["decision"] for event in command.events() if event["type"] == "result"] == ["denied", "allowed"]

    command.path.unlink()
    arguments = command.task("fetcher", "--allow-host", "127.0.0.1", "--transcript", str(command.path), "--json")
    with AgentOSClient(command._environment["AGENTOS_SOCKET"]) as client:
        assert not [agent for agent in client.list() if agent.name == "fetcher" and agent.running]
    command(*arguments)
    names = [described["name"] for described in command.events()[0]["tools"]]
    assert "http_request" in names


def test_what_runs_in_the_sandbox_cannot_speak_for_the_loop(command: Command) -> None:
    ran = command(*command.task("liar", "--transcript", str(command.path)))

    assert ran.returncode == 0
    refused = next(event["text"] for event in command.events() if event["type"] == "result")
    assert "Error" in refused
    assert [event["seq"] for event in command.events()] == list(range(1, len(command.events()) + 1))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_agent_and_what_it_runs_and_the_run_can_be_resumed(
    command: Command, kernel: Daemon, number: signal.Signals, code: int
) -> None:
    process = command.start(*command.task(f"victim-{number}", "--transcript", str(command.path)))
    read_until(process, b"> execute sleep")
    process.send_signal(number)
    ran = command.finish(process)

    assert ran.returncode == code, ran.stderr
    assert "ended by interrupted" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert state_of(kernel, f"victim-{number}") in ("killed", "exited")
    assert command.events()[-1]["reason"] == "interrupted"
    resumed = command("--resume", str(command.path))
    assert (resumed.returncode, resumed.stdout) == (0, "still here\n")
    assert "unknown: The run was interrupted while this call was under way" in resumed.stderr


def test_killed_with_the_command_the_agent_is_gone_and_the_run_is_resumed(command: Command, kernel: Daemon) -> None:
    process = command.start(*command.task("sleeper", "--transcript", str(command.path)))
    read_until(process, b"> execute echo")
    process.kill()
    command.finish(process)
    assert state_of(kernel, "sleeper") == "exited"

    ran = command("--resume", str(command.path))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == "awake\n"
    results = [(event["decision"], event.get("code")) for event in command.events() if event["type"] == "result"]
    assert results == [("unknown", "INTERRUPTED"), ("allowed", None)]
    again = command("--resume", str(command.path))
    assert (again.returncode, again.stdout) == (2, "")
    assert "is done; there is nothing to resume" in again.stderr


def test_a_kernel_that_dies_and_comes_back(tmp_path: Path) -> None:
    with Daemon(script(TALKS)) as mortal, Command(tmp_path, mortal.socket) as command:
        process = command.start(*command.task("sleeper", "--transcript", str(command.path)))
        read_until(process, b"> execute echo")
        mortal.stop(signal.SIGKILL)
        lost = command.finish(process)
        assert lost.returncode == 5, lost.stderr
        assert "ended by kernel_lost" in lost.stderr

        mortal.llm_script = script({"sleeper": [done("back again")]})
        mortal.start()
        ran = command("--resume", str(command.path))
        assert (ran.returncode, ran.stdout) == (0, "back again\n"), ran.stderr


def test_an_agent_that_is_killed_is_told_of(command: Command, kernel: Daemon) -> None:
    process = command.start(*command.task("victim", "--transcript", str(command.path)))
    read_until(process, b"> execute sleep")
    with AgentOSClient(kernel.socket) as client:
        client.kill("victim", grace=0)
    ran = command.finish(process)

    assert ran.returncode == 5
    assert "ended by agent_lost after 1 answers" in ran.stderr
    assert "kill" in command.events()[-1]["error"]


def test_nobody_reads_what_it_shows(command: Command, kernel: Daemon) -> None:
    process = command.start(*command.task("circler", "--json"))
    assert process.stdout is not None
    process.stdout.close()
    ran = command.finish(process)

    assert (ran.returncode, ran.stderr) == (141, "")
    assert state_of(kernel, "circler") in ("killed", "exited")


def test_no_kernel_is_one_sentence(tmp_path: Path) -> None:
    with Command(tmp_path, str(tmp_path / "none.sock")) as command:
        ran = command(*command.task("worker"))

    assert (ran.returncode, ran.stdout) == (5, "")
    assert ran.stderr == "agentos agent: no kernel is running; start one with: agentos daemon\n"


_NO_TRANSCRIPT = "a file of words"

WRONG: list[tuple[tuple[str, ...], str]] = [
    ((), "say what is to be done"),
    (("a task",), "--workspace DIR is missing"),
    (("a task", "--workspace", "/no/such"), "--workspace /no/such is no folder"),
    (("a task", "--workspace", "/tmp", "--tools", "bash"), "--tools: there is no tool bash; there are exec"),
    (("a task", "--workspace", "/tmp", "--max-steps", "0"), "the limit steps must be above 0"),
    (("a task", "--workspace", "/tmp", "--max-steps", "many"), "argument --max-steps: invalid int value: 'many'"),
    (("a task", "--workspace", "/tmp", "--max-cost", "1"), "--max-cost needs --prices FILE"),
    (("a task", "--workspace", "/tmp", "--prices", "/no/such"), "--prices /no/such: No such file"),
    (("a task", "--workspace", "/tmp", "--prices", "/etc/passwd"), "--prices /etc/passwd: "),
    (("a task", "--workspace", "/tmp", "--level", "root"), "argument --level: invalid choice: 'root'"),
    (("a task", "--workspace", "/tmp", "--transcript", "/no/such/file"), "/no/such/file: No such file"),
    (("--resume", "/no/such"), "/no/such: No such file"),
    (("--resume", _NO_TRANSCRIPT), "line 1: not a JSON object"),
    (("a task", "--resume", _NO_TRANSCRIPT), "not a JSON object"),
]


@pytest.mark.parametrize(("arguments", "problem"), WRONG)
def test_wrong_usage_is_one_sentence(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], problem: str
) -> None:
    words = tmp_path / "words"
    words.write_text("no transcript\n")
    ran = command(*(str(words) if argument == _NO_TRANSCRIPT else argument for argument in arguments))

    assert (ran.returncode, ran.stdout) == (2, "")
    assert problem in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_name_that_is_taken_is_said(command: Command, kernel: Daemon) -> None:
    with AgentOSClient(kernel.socket) as client:
        client.spawn("taken", command=["sleep", "60"])
        ran = command(*command.task("taken"))
        client.kill("taken", grace=0)

    assert ran.returncode == 5
    assert "ALREADY_EXISTS" in ran.stderr


@pytest.mark.parametrize("fresh", [True, False])
def test_an_agent_that_cannot_begin_is_told_of(command: Command, kernel: Daemon, fresh: bool) -> None:
    ran = command(*command.task("circler", "--transcript", str(command.path)))
    assert ran.returncode == 3
    about = command.events()[0]["about"]
    order = Order(
        task="a task" if fresh else None,
        name="stillborn",
        workspace=about["workspace"],
        level="sandboxed",
        hosts=(),
        tools=None,
        model=None,
        limits=Limits(),
        prices={"a": Price(-1, 0)},
    )
    recorded: list[Event] = []
    with AgentOSClient(kernel.socket) as client:
        stage = Stage(client, order, [] if fresh else command.events(), recorded.append)
        with pytest.raises(AgentFailed, match="exited with code 1; it said: ValueError: the price of a, input"):
            stage.run()

    assert not recorded


def test_a_transcript_of_something_else_is_not_resumed_as_an_agent(command: Command) -> None:
    start: dict[str, Any] = {"seq": 1, "time": 1, "type": "start", "version": 1, "task": "x", "about": {}}
    command.path.write_text(json.dumps(start) + "\n")
    ran = command("--resume", str(command.path))

    assert ran.returncode == 2
    assert "is not a transcript of `agentos agent`" in ran.stderr
