# SPDX-License-Identifier: MIT
"""Measures how long /bin/true takes from its start until it is reaped: bench.py BUILD-DIRECTORY."""

import os
import statistics
import subprocess
import time

from harness import BUILD, SANDBOX

ROUNDS = 200
HELPER = str(BUILD / "agentos-sandbox")


def measure(argv):
    """Milliseconds of each round."""
    rounds = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        pid = os.posix_spawn(argv[0], argv, {})
        _, status = os.waitpid(pid, 0)
        rounds.append((time.perf_counter() - before) * 1000)
        assert status == 0, status
    return rounds


def report(name, argv):
    rounds = sorted(measure(argv))
    print(f"{name:<28} median {statistics.median(rounds):6.2f} ms   p95 {rounds[int(ROUNDS * 0.95)]:6.2f} ms")


def main():
    report("no helper", ["/bin/true"])
    report("--supervise-only", [HELPER, "--supervise-only", "/bin/true"])
    report("full sandbox", [HELPER, *SANDBOX, "/bin/true"])
    report("  without Landlock", [HELPER, *SANDBOX, "--landlock", "none", "/bin/true"])
    report("  without seccomp", [HELPER, *SANDBOX, "--seccomp", "none", "/bin/true"])
    report("  sharing the network", [HELPER, *SANDBOX, "--share-net", "/bin/true"])

    read, write = os.pipe()
    agent = subprocess.Popen([HELPER, *SANDBOX, "--status-fd", str(write), "/bin/sleep", "1000"], pass_fds=[write])
    os.close(write)
    with os.fdopen(read) as status:
        init = next(int(line.rpartition("=")[2]) for line in status if line.startswith("started"))
    pidfd = os.pidfd_open(init)
    os.set_inheritable(pidfd, True)
    report("joining a sandbox", [HELPER, "--join-fd", str(pidfd), "/bin/true"])
    agent.terminate()
    agent.wait()


main()
