# SPDX-License-Identifier: MIT
"""Running programs for OpenAI's client in a sandbox that has the kernel's address for it."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

from agentos import AgentOSClient

_END_SECONDS = 120
_numbers = itertools.count(1)


def run_inside(operator: AgentOSClient, folder: Path, lines: str, **spawn: Any) -> Any:
    """Run lines of Python in a sandbox, with this Python's packages; what they leave in `out`, by way of JSON.

    Args:
        operator: starts the agent.
        folder: where the program is written.
        lines: the program.
        spawn: more for SPAWN.
    """
    script = folder / "program.py"
    script.write_text(f"import json\nout = None\n{lines}\nprint(json.dumps(out))\n")
    shown = {sys.prefix, sys.base_prefix} - {"/usr"}
    agent = operator.spawn(
        f"program-{next(_numbers)}",
        str(script),
        python=sys.executable,
        mounts=[{"source": path, "target": path, "mode": "ro"} for path in shown],
        openai=True,
        **spawn,
    )
    record = operator.wait(agent.id, timeout=_END_SECONDS)
    entries = operator.logs(agent.id).entries
    assert record.exit_code == 0, "\n".join(entry.line for entry in entries)
    return json.loads(next(entry.line for entry in reversed(entries) if entry.stream == "stdout"))
