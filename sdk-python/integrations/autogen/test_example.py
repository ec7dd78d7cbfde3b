# SPDX-License-Identifier: MIT
"""examples/autogen does what examples/README.md says."""

from __future__ import annotations

from kernel.examples import expected, run


def test_the_example() -> None:
    assert run("autogen", "team.py", with_this_python=True) == expected("autogen")
