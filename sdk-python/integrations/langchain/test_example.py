# SPDX-License-Identifier: MIT
"""examples/langchain does what examples/README.md says."""

from __future__ import annotations

from kernel.examples import expected, run


def test_the_example() -> None:
    assert run("langchain", "agent.py", with_this_python=True) == expected("langchain")
