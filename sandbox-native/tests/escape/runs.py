# SPDX-License-Identifier: MIT
"""Runs the attackers: outside, as agents, by agents' commands, and with the host's network."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kernel import HOME, Failure, Kernel
from victims import Victims

HOSTILE = Path(__file__).parent / "hostile"
ATTACKS = HOME / "sandbox-native" / "build" / "attacks"
PYTHON = "/usr/bin/python3"
LONGEST_SECONDS = 600
LOG_LINES = 10_000
LIMITS = {"max_pids": 64, "memory": "512M"}

SDK = {"PYTHONPATH": str(HOME / "sdk-python" / "src")}

Outcomes = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class Case:
    """One attack, as the attackers list it.

    Attributes:
        needs: words of needs.py.
        design: why it may succeed in a sandbox, or "".
        with_network: the same for a sandbox with the host's network.
        unless: a word of needs.py; where that holds it may not succeed even so.
    """

    group: str
    name: str
    needs: str
    design: str
    with_network: str = ""
    unless: str = ""


def fields(lines: list[str]) -> Iterator[list[str]]:
    """The tab-separated fields of each line."""
    for line in lines:
        if "\t" in line:
            yield line.split("\t")


def outcomes(lines: list[str]) -> Outcomes:
    """What came of each attack: reached, refused or mistaken, and what was said."""
    found: Outcomes = {}
    for name, outcome, *detail in fields(lines):
        if name in found:
            raise Failure(f'the attack "{name}" was reported twice')
        found[name] = (outcome, detail[0] if detail else "")
    return found


class Attackers:
    """The attackers' programs, in a folder that agents can be shown; for the length of a `with` statement."""

    def __init__(self, kernel: Kernel, victims: Victims) -> None:
        """Lay out the folder, and start the agent that is a victim too."""
        self.kernel = kernel
        self.victims = victims
        self.folder = Path(tempfile.mkdtemp(prefix="agentos-attackers-"))
        self.folder.chmod(0o755)
        if not ATTACKS.exists():
            raise Failure(f"{ATTACKS} is not built; run make -C {HOME}/sandbox-native")
        for source in (*HOSTILE.glob("*.py"), ATTACKS):
            shutil.copyfile(source, self.folder / source.name)
            (self.folder / source.name).chmod(0o755)
        self.scratch = self.folder / "scratch"
        self.scratch.mkdir()
        self.cases_in_c = 0
        self.operator = kernel.client()
        self.peer = self._start_peer("diarist")

    def __enter__(self) -> "Attackers":
        """Nothing more: all is there."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the folder."""
        self.operator.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def cases(self) -> list[Case]:
        """All attacks there are."""
        listed = self._lines([str(ATTACKS), "--list"])
        found = [Case(*line) for line in fields(listed)]
        self.cases_in_c = len(found)
        listed = self._lines([PYTHON, "-B", str(self.folder / "main.py"), "--list"], SDK)
        return found + [Case(*line) for line in fields(listed)]

    def outside(self) -> Outcomes:
        """By ordinary programs of this user, and calls by an operator."""
        words = self._words(str(self.scratch))
        lines = self._lines([str(self.folder / "attacks"), *words, "outside=1"])
        target = self._target("diarist", self.peer, scratch=str(self.scratch), outside=True)
        lines += self._lines([PYTHON, "-B", str(self.folder / "main.py"), target])
        return outcomes(lines) | self._calls_of_operator()

    def as_agent(self) -> Outcomes:
        """By sandboxed agents."""
        lines = self._agent("attacker-c", "attacks", self._words("/workspace"))
        return outcomes(lines + self._agent("attacker", "main.py", [self._target("diarist", self.peer)]))

    def as_command(self) -> Outcomes:
        """By commands of a sandboxed agent."""
        words = [self._target("diarist", self.peer), *self._words("/workspace")]
        return outcomes(self._agent("commander", "command.py", words))

    def with_network(self) -> Outcomes:
        """By sandboxed agents that were given the host's network."""
        target = self._target("diarist", self.peer, network=True)
        lines = self._agent("attacker-n", "main.py", [target, "network", "ipc"], network=True)
        return outcomes(lines + self._agent("attacker-nc", "attacks", self._words("/workspace"), network=True))

    def with_proxy(self) -> Outcomes:
        """By a sandboxed agent that was given the kernel's proxy, and all that can be allowed there."""
        port = self.victims.target()["tcp_port"]
        everything = {"can_http": True, "network": ["*", f"*:{port}"]}
        target = self._target("diarist", self.peer)
        return outcomes(
            self._agent("attacker-p", "main.py", [target, "network"], network="proxy", permissions=everything)
        )

    def _calls_of_operator(self) -> Outcomes:
        name = "diarist-too"
        self.operator.spawn(name, command=["/bin/sleep", "1000"])
        peer = next(agent for agent in self.operator.list() if agent.name == name)
        target = self._target(name, peer, scratch=str(self.scratch), outside=True)
        environment = SDK | {"AGENTOS_SOCKET": self.kernel.socket}
        found = outcomes(self._lines([PYTHON, "-B", str(self.folder / "main.py"), target, "calls"], environment))
        for agent in self.operator.list():
            if agent.running and agent.name != "diarist":
                self.operator.kill(agent.id, grace=0)
        self.victims.restore()
        return found

    def _start_peer(self, name: str) -> Any:
        self.operator.spawn(name, script=str(self.folder / "peer.py"), args=[self.victims.tokens["peer"][::-1]])
        with self.operator.logs(name, follow=True) as lines:
            next(entry for entry in lines if entry.line == "written")
        return next(agent for agent in self.operator.list() if agent.name == name)

    def _peer_file(self) -> str:
        found = list(self.kernel.state.glob("**/diary"))
        if len(found) != 1:
            raise Failure(f"the victim agent's diary is not below {self.kernel.state}")
        return str(found[0])

    def _target(self, peer: str, agent: Any, **more: Any) -> str:
        target = self.victims.target() | {
            "outside": False,
            "network": False,
            "state": str(self.kernel.state),
            "operator_socket": self.kernel.socket,
            "peer": peer,
            "peer_id": agent.id,
            "peer_file": self._peer_file(),
            "peer_socket": str(self.kernel.run / "agents" / str(agent.id) / "agentos.sock"),
            "scratch": "/workspace",
        }
        return json.dumps(target | more)

    def _words(self, scratch: str) -> list[str]:
        inode = self.victims.secret.stat().st_ino
        known = {"victim": self.victims.process.pid, "inode": inode, "secret": self.victims.secret, "scratch": scratch}
        return [f"{name}={value}" for name, value in known.items()]

    def _agent(self, name: str, script: str, words: list[str], **options: Any) -> list[str]:
        agent = self.operator.spawn(name, script=str(self.folder / script), args=words, **{"limits": LIMITS, **options})
        record = self.operator.wait(agent.id, timeout=LONGEST_SECONDS)
        entries = self.operator.logs(agent_id=agent.id, lines=LOG_LINES).entries
        if record.exit_code != 0:
            said = " ".join(entry.line for entry in entries if entry.stream == "stderr")
            raise Failure(f"the agent {name} ended before it was done: {record.detail} {said}")
        return [entry.line for entry in entries if entry.stream == "stdout"]

    @staticmethod
    def _lines(command: list[str], environment: dict[str, str] | None = None) -> list[str]:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",  # the way up from here is nobody's secret
            env={"PATH": "/usr/bin:/bin"} | (environment or {}),
            timeout=LONGEST_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise Failure(f"{command[0]} ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout.splitlines()
