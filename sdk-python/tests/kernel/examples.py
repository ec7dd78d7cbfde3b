# SPDX-License-Identifier: MIT
"""Running the repository's examples, and what examples/README.md promises of them."""

from __future__ import annotations

import json
import re
import sys
from typing import NamedTuple

from kernel.daemon import REPOSITORY, Daemon

from agentos import AgentOSClient

EXAMPLES = REPOSITORY / "examples"
_END_SECONDS = 120


class Outcome(NamedTuple):
    """What an example wrote, and its exit code."""

    lines: list[str]
    exit_code: int


def expected(heading: str) -> Outcome:
    """The last block of the example's part of the README; a blank line may be within it."""
    part = re.split(f"^##+ {heading}: ", (EXAMPLES / "README.md").read_text(), flags=re.MULTILINE)[1]
    part = re.split("^##+ ", part, flags=re.MULTILINE)[0]
    block: str = re.findall(r"(?:^    .*\n(?:\n(?=    ))?)+", part, re.MULTILINE)[-1]
    return Outcome([line[4:] for line in block.splitlines()], 0)


def run(name: str, program: str, *, with_this_python: bool = False, openai: bool | None = None) -> Outcome:
    """Run examples/NAME/PROGRAM as a sandboxed agent, on a kernel whose model follows its llm.json.

    Args:
        name: the example's folder.
        program: its file.
        with_this_python: show it this Python, with the packages of its virtual environment, in place of the system's.
        openai: let it ask the language model as OpenAI's clients do.
    """
    folder = EXAMPLES / name
    shown = {sys.prefix, sys.base_prefix} - {"/usr"} if with_this_python else set()
    with (
        Daemon(json.loads((folder / "llm.json").read_text())) as kernel,
        AgentOSClient(kernel.socket) as client,
    ):
        agent = client.spawn(
            program.removesuffix(".py"),
            str(folder / program),
            python=sys.executable if with_this_python else None,
            mounts=[{"source": path, "target": path, "mode": "ro"} for path in shown],
            openai=openai,
        )
        record = client.wait(agent.id, timeout=_END_SECONDS)
        lines = [entry.line for entry in client.logs(agent.id).entries if entry.stream != "kernel"]
    return Outcome(lines, record.exit_code)
