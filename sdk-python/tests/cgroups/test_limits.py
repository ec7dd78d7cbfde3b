# SPDX-License-Identifier: MIT
"""What holds when the host's own controllers enforce an agent's limits."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from cgroups.conftest import SLEEPER, WAIT, Group, Run, said, until

from agentos import AgentOSClient

MEBIBYTE = 1 << 20


def test_each_limit_says_that_a_controller_holds_it(run: Run) -> None:
    agent = run("all", SLEEPER, limits={"memory": "64M", "memory_high": "48M", "cpu": 0.5, "max_pids": 20})
    by = {name: limit["enforced_by"] for name, limit in agent.limits.items()}
    assert by == {"memory": "cgroup", "memory_high": "cgroup", "cpu": "cgroup", "max_pids": "cgroup"}
    assert agent.isolation["cgroup"].startswith("applied")


def test_starts_inside_a_group_whose_limits_are_written_already(run: Run, group_of: Callable[[int], Group]) -> None:
    agent = run("born", SLEEPER, limits={"memory": "64M", "cpu": 0.5, "max_pids": 20})
    group = group_of(agent.id)
    assert group.text("memory.max") == str(64 * MEBIBYTE)
    assert group.text("memory.swap.max") == "0" if (group.folder / "memory.swap.max").exists() else True
    assert group.text("cpu.max") == "50000 100000"
    assert group.text("pids.max") == "21"
    assert group.text("main/memory.oom.group") == "1"


def test_a_leak_ends_its_agent_alone_and_names_the_cause(operator: AgentOSClient, run: Run) -> None:
    other = run("bystander", SLEEPER)
    leaker = run(
        "leaker", "held = []\nwhile True: held.append(bytearray(b'x' * 1_000_000))\n", limits={"memory": "64M"}
    )

    record = operator.wait(leaker.id, timeout=WAIT)

    assert record.exit_reason == "oom"
    assert record.signal == 9
    assert 60 * MEBIBYTE < record.usage.memory_peak <= 64 * MEBIBYTE
    assert next(agent.state for agent in operator.list() if agent.id == other.id) == "running"


@pytest.mark.parametrize(
    ("name", "program"),
    [
        (
            "children",
            "import os\nfor _ in range(40):\n    if os.fork() == 0:\n        x = b'y' * 8_000_000\n        break\n",
        ),
        ("tmpfs", "f = open('/tmp/f', 'wb')\nfor _ in range(200): f.write(b'x' * 1_000_000)\n"),
        ("memfd", "import os\nfd = os.memfd_create('m')\nfor _ in range(200): os.write(fd, b'x' * 1_000_000)\n"),
    ],
)
def test_memory_is_memory_however_it_is_held(operator: AgentOSClient, run: Run, name: str, program: str) -> None:
    agent = run(name, program + "import time\ntime.sleep(600)\n", limits={"memory": "48M"})
    assert operator.wait(agent.id, timeout=WAIT).exit_reason == "oom"


def test_a_fork_bomb_gets_no_further_than_its_limit(
    operator: AgentOSClient, run: Run, group_of: Callable[[int], Group]
) -> None:
    bomb = """
import os, time
made = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(600)
        made += 1
except OSError as refused:
    print('refused', made, refused.errno, flush=True)
time.sleep(600)
"""
    agent = run("bomb", bomb, limits={"max_pids": 12})
    words = said(operator, agent.id, "refused").split()
    assert words == ["refused", "11", "11"]
    group = group_of(agent.id)  # older systems count at the group that forked
    assert group.number("pids.events", "max") + group.number("main/pids.events", "max") > 0


def test_a_loop_is_held_to_its_share(operator: AgentOSClient, run: Run, group_of: Callable[[int], Group]) -> None:
    agent = run("loop", "print('up', flush=True)\nwhile True: pass\n", limits={"cpu": 0.25})
    group = group_of(agent.id)
    said(operator, agent.id, "up")
    begun, before = time.monotonic(), group.number("cpu.stat", "usage_usec")
    until(lambda: group.number("cpu.stat", "nr_throttled") >= 20)
    share = (group.number("cpu.stat", "usage_usec") - before) / (time.monotonic() - begun) / 1e6
    assert share < 0.3


def test_a_pause_freezes_the_group(operator: AgentOSClient, run: Run, group_of: Callable[[int], Group]) -> None:
    agent = run("paused", "while True: pass\n")
    group = group_of(agent.id)
    operator.pause(agent.id)
    until(lambda: group.number("cgroup.events", "frozen") == 1)
    before = group.number("cpu.stat", "usage_usec")
    assert group.number("cpu.stat", "usage_usec") == before
    operator.resume(agent.id)
    until(lambda: group.number("cpu.stat", "usage_usec") > before)


def test_a_kill_leaves_nothing(operator: AgentOSClient, run: Run, group_of: Callable[[int], Group]) -> None:
    stubborn = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for _ in range(5):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
print('up', flush=True)
time.sleep(600)
"""
    agent = run("stubborn", stubborn)
    said(operator, agent.id, "up")
    group = group_of(agent.id)
    assert len(group.text("main/cgroup.procs").splitlines()) >= 6
    operator.kill(agent.id, grace=0.1)
    assert operator.wait(agent.id, timeout=WAIT).exit_reason == "killed"
    until(lambda: not group.folder.exists())


def test_what_an_agent_sees_of_cgroups_is_nothing(operator: AgentOSClient, run: Run) -> None:
    agent = run(
        "look",
        "import os\nprint(open('/proc/self/cgroup').read().strip(), os.path.exists('/sys'))",
    )
    operator.wait(agent.id, timeout=WAIT)
    [line] = [entry.line for entry in operator.logs(agent.id).entries if entry.stream == "stdout"]
    assert line == "0::/ False"
