# SPDX-License-Identifier: MIT
"""The README's examples do what they say."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kernel.daemon import Daemon

FOLDER = Path(__file__).parents[2]
EXAMPLES = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
OUTPUT = [
    r"the offline answer\n\{.*\}\nexited\nhello from worker\ntotal .*",
    r".*/no/such/file.*\n3\n3\n",
    r"(the offline answer)?\d+\nstdout 1\n.*3\n",
    r"\['the offline answer', 'the offline answer', 'the offline answer'\]\n(the offline answer)?",
    r"done one word\n",
]


@pytest.mark.parametrize(("example", "output"), list(zip(EXAMPLES, OUTPUT, strict=True)))
def test_an_example_runs(kernel: Daemon, example: str, output: str) -> None:
    environment = {**os.environ, "AGENTOS_SOCKET": kernel.socket, "PYTHONPATH": str(FOLDER / "src")}
    done = subprocess.run([sys.executable, "-c", example], env=environment, capture_output=True, text=True, timeout=60)

    assert done.returncode == 0, done.stderr
    assert re.fullmatch(output, done.stdout, re.DOTALL), done.stdout
