# SPDX-License-Identifier: MIT
"""examples/agent_framework does what examples/README.md says, and bench.py can measure the adapter."""

from __future__ import annotations

import json
import subprocess
import sys

from kernel.daemon import REPOSITORY
from kernel.examples import expected, run


def test_the_example() -> None:
    assert run("agent_framework", "agent.py", with_this_python=True) == expected("agent_framework")


def test_the_adapter_can_be_measured() -> None:
    bench = REPOSITORY / "sdk-python" / "integrations" / "bench.py"
    ran = subprocess.run(
        [sys.executable, bench, "agent_framework", "--calls", "1", "--json"], stdout=subprocess.PIPE, check=True
    )
    for by_way in json.loads(ran.stdout)["medians"].values():
        assert len(by_way) > 2
        assert all(milliseconds > 0 for milliseconds in by_way.values())
