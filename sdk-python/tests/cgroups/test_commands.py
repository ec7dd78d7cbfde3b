# SPDX-License-Identifier: MIT
"""A tool call's own cgroup: what a command runs out of is not taken from its agent."""

from __future__ import annotations

import os

from cgroups.conftest import Run

from agentos import AgentOSClient

# Each takes two process starts, which are slow in the machine that tests may run in.
OOMS = int(os.environ.get("AGENTOS_TEST_OOMS", "10"))
WAIT = 600 + 10 * OOMS

CALLER = """
import sys
from agentos import AgentOSClient
GROW = 'x = []\\nwhile True: x.append(bytearray(b"y" * 1000000))'
with AgentOSClient() as client:
    oom = 0
    for _ in range(int(sys.argv[1])):
        done = client.exec(['/usr/bin/python3', '-c', GROW], timeout=300)
        oom += done.oom and done.signal == 9
    small = client.exec(['/usr/bin/python3', '-c', GROW], timeout=300, limits={'memory': '24M'})
    forks = client.exec('for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done', limits={'max_pids': 4})
    print('ooms', oom, 'small', small.oom, small.usage.memory_peak, 'forks', 'ork' in forks.stderr, flush=True)
"""


def test_an_oom_in_a_command_ends_the_command_and_the_agent_lives(operator: AgentOSClient, run: Run) -> None:
    agent = run("caller", CALLER, args=[str(OOMS)], limits={"memory": "64M"})

    record = operator.wait(agent.id, timeout=WAIT)

    lines = [entry.line for entry in operator.logs(agent.id).entries]
    assert (record.exit_reason, record.exit_code) == ("exited", 0), lines
    words = next(line for line in lines if line.startswith("ooms")).split()
    assert words[1] == str(OOMS)
    assert words[3] == "True"
    assert int(words[4]) <= 24 << 20
    assert words[6] == "True"
