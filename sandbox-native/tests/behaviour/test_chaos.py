# SPDX-License-Identifier: MIT
"""Helpers that are killed at moments nobody chose."""

import os
import random
import select
import signal
import subprocess

from harness import SANDBOX, SandboxTest, eventually, living_processes, program

SEED = 20260101
ROUNDS = 60
LATEST_SECONDS = 0.012  # about as long as a sandbox takes to start


def processes_with_variable(variable):
    """Host pids of all living processes that have the variable; whatever else becomes of them, they inherit it."""
    found = []
    for entry in living_processes():
        try:
            if variable.encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


class KilledAtAnyMoment(SandboxTest):
    def check(self, base):
        moments = random.Random(SEED)
        variable = f"MARK={os.getpid()}-{id(self)}"
        script = "(setsid sleep 1000 &); (sleep 1000 & sleep 1000) & sleep 1000"
        for _ in range(ROUNDS):
            helper = subprocess.Popen(
                [program("agentos-sandbox"), *base, "--setenv", *variable.split("="), "/bin/sh", "-c", script],
                stderr=subprocess.DEVNULL,
            )
            select.select([], [], [], moments.random() * LATEST_SECONDS)
            helper.send_signal(moments.choice([signal.SIGKILL, signal.SIGTERM]))
            helper.wait()
        eventually(lambda: not processes_with_variable(variable), f"nothing left (seed {SEED})")

    def test_leaves_nothing_of_a_sandbox(self):
        self.check(SANDBOX)

    def test_leaves_nothing_of_a_supervised_tree(self):
        self.check(["--supervise-only"])
