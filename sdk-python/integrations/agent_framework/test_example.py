# SPDX-License-Identifier: MIT
"""examples/agent_framework does what examples/README.md says."""

from __future__ import annotations

from kernel.examples import expected, run


def test_the_example() -> None:
    assert run("agent_framework", "agent.py", with_this_python=True) == expected("agent_framework")
