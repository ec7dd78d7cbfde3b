# SPDX-License-Identifier: MIT
"""The examples of language models at work print what examples/README.md says."""

from __future__ import annotations

import json
import re

from kernel.daemon import REPOSITORY, Daemon

from agentos import AgentOSClient

EXAMPLES = REPOSITORY / "examples"


def expected(heading: str) -> list[str]:
    """The last block of the example's part of the README."""
    part = (EXAMPLES / "README.md").read_text().split(f"## {heading}: ")[1].split("\n## ")[0]
    block: str = re.findall(r"(?:^    .*\n)+", part, re.MULTILINE)[-1]
    return [line[4:] for line in block.splitlines()]


def test_agentic() -> None:
    with (
        Daemon(json.loads((EXAMPLES / "agentic" / "llm.json").read_text())) as kernel,
        AgentOSClient(kernel.socket) as client,
    ):
        agent = client.spawn("agentic", str(EXAMPLES / "agentic" / "agent.py"))
        record = client.wait(agent.id, timeout=60)
        lines = [entry.line for entry in client.logs(agent.id).entries if entry.stream != "kernel"]

    assert lines == expected("agentic")
    assert record.exit_code == 0
