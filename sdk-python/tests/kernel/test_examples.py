# SPDX-License-Identifier: MIT
"""The examples of language models at work print what examples/README.md says; those of frameworks: integrations/."""

from __future__ import annotations

from kernel.examples import expected, run


def test_agentic() -> None:
    assert run("agentic", "agent.py") == expected("agentic")
