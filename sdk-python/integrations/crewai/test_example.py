# SPDX-License-Identifier: MIT
"""examples/crewai does what examples/README.md says."""

from __future__ import annotations

from kernel.examples import expected, run


def test_the_example() -> None:
    assert run("crewai", "crew.py", with_this_python=True) == expected("crewai")
