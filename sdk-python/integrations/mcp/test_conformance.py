# SPDX-License-Identifier: MIT
"""The conformance suite of the protocol, in the set that each revision requires.

conformance.json says which scenarios pass, and of the rest why they do not apply, check by check: one that begins to
pass, or to fail, fails this test.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from kernel.daemon import Daemon
from servers import REVISIONS, environment, http_server

VENV = Path(sys.prefix)
SUITE = VENV / "node_modules/.bin/conformance"
EXPECTED = Path(__file__).with_name("conformance.json")
SERVER_WITH_MORE_TOOLS = Path(__file__).with_name("conformance_server.py")

# Scenarios that call a tool which only the server with more tools has.
OF_CALLS = ["tools-call-simple-text", "tools-call-error", "tools-call-with-progress", "json-schema-2020-12"]

Outcome = dict[str, list[str]]


def run_suite(url: str, results: Path, *words: str) -> Outcome:
    """Run scenarios; of each that was run, the checks that failed or warned."""
    path = f"{VENV / 'bin'}:{os.environ['PATH']}"
    command = [str(SUITE), "server", "--url", url, "--output-dir", str(results), *words]
    subprocess.run(command, env={**environment(""), "PATH": path}, capture_output=True, timeout=600, cwd=results.parent)
    outcome: Outcome = {}
    for file in sorted(results.glob("*/checks.json")):
        named = re.match(r"server-(.+)-\d{4}-\d\d-\d\dT", file.parent.name)
        assert named, file
        failed = {check["id"] for check in json.loads(file.read_text()) if check["status"] in ("FAILURE", "WARNING")}
        outcome[named[1]] = sorted(failed)
    return outcome


def expected(revision: str) -> Outcome:
    of_revision = json.loads(EXPECTED.read_text())[revision]
    outcome: Outcome = {scenario: [] for scenario in of_revision["passed"]}
    for group in of_revision["not_applicable"]:
        assert group["reason"]
        for scenario, checks in group["checks"].items():
            outcome[scenario] = sorted([*outcome.get(scenario, []), *checks])
    return outcome


@pytest.mark.parametrize("revision", REVISIONS)
def test_what_a_revision_requires(revision: str, kernel: Daemon, workspace: Path, tmp_path: Path) -> None:
    with http_server(kernel.socket, "--workspace", str(workspace)) as url:
        outcome = run_suite(url, tmp_path / "results", "--requirements", revision)
    assert outcome == expected(revision)


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("scenario", OF_CALLS)
def test_calls_of_tools(scenario: str, revision: str, kernel: Daemon, workspace: Path, tmp_path: Path) -> None:
    program = (sys.executable, str(SERVER_WITH_MORE_TOOLS))
    with http_server(kernel.socket, "--workspace", str(workspace), program=program) as url:
        words = ("--scenario", scenario, "--spec-version", revision)
        assert run_suite(url, tmp_path / "results", *words) == {scenario: []}
