#!/usr/bin/python3 -B
# SPDX-License-Identifier: MIT
"""The escape suite: attacks from inside the sandboxes that an AgentOS kernel makes, each shown to work outside.

Starts a private kernel and victims of its own, makes every attack as an agent, as a command of an agent, and as an
agent with the host's network; the same attacks as ordinary programs are the control. Prints blocked, allowed-by-design
or ESCAPED for each. Exit status: 0, 1 when anything escaped or could not be tried, 2 when the suite could not run.
"""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

import bounds
import needs
from kernel import Failure, Kernel
from report import Report, Row, verdict
from runs import Attackers, Case, Outcomes
from victims import Victims

TERMINATED = 143
COMMAND_ONLY_NOT = ("calls",)
WITH_NETWORK = ("network", "ipc")
WITH_PROXY = ("network",)
SANDBOX_MOUNTS = ("/", "/usr", "/proc", "/dev", "/tmp", "/run/agentos.sock")
NOT_REPORTED = ("mistaken", "it was not reported")


def setting(attackers: Attackers) -> str:
    """Who the kernel is, and what enforces limits here."""
    agent = attackers.operator.spawn("probe", command=["/bin/true"], limits={"memory": "64M"})
    by = agent.limits["memory"]["enforced_by"]
    return f"{'root' if os.geteuid() == 0 else 'unprivileged'}, limits by {by}"


def places(case: Case, in_c: bool) -> list[str]:
    """Where a case is tried inside."""
    if in_c:
        return ["agent", "command", "network"]
    found = ["agent"]
    if case.group not in COMMAND_ONLY_NOT:
        found.append("command")
    if case.group in WITH_NETWORK:
        found.append("network")
    if case.group in WITH_PROXY:
        found.append("proxy")
    return found


def lacking(row: Row, words: str, folder: str) -> list[str]:
    """Why it could not be shown outside."""
    if row.shown:
        return []
    return [needs.describe(word) for word in needs.missing(words, folder)] or needs.surroundings()


def attack(report: Report, attackers: Attackers, victims: Victims) -> None:
    """Make all attacks that one process can make."""
    cases = attackers.cases()
    report.progress("attacking without a sandbox, to see what would succeed")
    outside = attackers.outside()
    before = victims.visitors
    report.progress("attacking as an agent")
    inside: dict[str, Outcomes] = {"agent": attackers.as_agent()}
    report.progress("attacking by commands of an agent")
    inside["command"] = attackers.as_command()
    visitors = victims.visitors - before
    report.progress("attacking with the host's network")
    inside["network"] = attackers.with_network()
    report.progress("attacking with the kernel's proxy")
    inside["proxy"] = attackers.with_proxy()
    for number, case in enumerate(cases):
        row = Row(case.group, case.name, outside.get(case.name, NOT_REPORTED)[0], design=case.design)
        row.missing = lacking(row, case.needs, str(victims.folder))
        strict_here = case.unless != "" and needs.holds(case.unless, str(victims.folder))
        for where in places(case, number < attackers.cases_in_c):
            outcome, detail = inside[where].get(case.name, NOT_REPORTED)
            reason = case.with_network if where == "network" and not strict_here else ""
            row.design = row.design or (reason if outcome == "reached" else "")
            row.inside[where] = verdict(outcome, case.design or reason)
            row.details[where] = detail
        report.rows.append(row)
    add_check(report, "nobody came in by the owner's sockets", visitors == 0, f"{visitors} did")


def add_bound(
    report: Report, name: str, outside: tuple[str, str], inside: tuple[str, str], design: str = "", needed: str = ""
) -> None:
    """Add a case that is an agent of its own."""
    row = Row("bounds", name, outside[0], design=design)
    if not row.shown:
        row.missing = [needs.describe(word) for word in needed.split()] or needs.surroundings()
    row.inside, row.details = {"agent": verdict(inside[0], design)}, {"agent": inside[1]}
    report.rows.append(row)


def exhaust(report: Report, attackers: Attackers) -> None:
    """Take more than is allowed of everything that has a limit."""
    for bound in bounds.BOUNDS:
        if needs.missing(bound.needs, str(attackers.folder)):
            continue
        report.progress(f"taking more than its share: {bound.name}")
        add_bound(
            report,
            f"take more than its share: {bound.name}",
            bounds.outside(bound, attackers),
            bounds.inside(bound, attackers),
            bound.design,
            bound.needs,
        )
    report.progress("flooding the log")
    add_bound(report, "flood the log", bounds.flood_outside(attackers), bounds.flood_logs(attackers))
    report.progress("refusing to end")
    alive = bounds.outlive_outside(attackers)
    add_bound(report, "outlive its wall time", alive, bounds.outlive_wall_time(attackers))
    add_bound(report, "outlive KILL", alive, bounds.outlive_kill(attackers))


def add_check(report: Report, name: str, holds: bool, otherwise: str) -> None:
    """Add what is seen of the host when all is over."""
    row = Row("afterwards", name)
    row.inside, row.details = {"agent": verdict("refused" if holds else "reached", "")}, {"agent": otherwise}
    report.rows.append(row)


def is_of_sandboxes(point: str) -> bool:
    """Whether sandboxes mount there, on what is their own; others may mount elsewhere at any time."""
    return point in SANDBOX_MOUNTS or point.startswith(("/etc/", "/dev/", "/workspace", "/agent", "/opt/agentos"))


class Host:
    """What must be as it was: looked at before the attacks and after them."""

    def __init__(self, victims: Victims) -> None:
        """Look at it."""
        self.names = os.uname()[1]
        lines = Path("/proc/self/mountinfo").read_text().splitlines()
        self.mounts = sorted(line.split()[4] for line in lines if is_of_sandboxes(line.split()[4]))
        self.files = [(path, path.read_text(), path.stat().st_mode) for path in victims.files]
        self.folder = sorted(str(path) for path in victims.folder.rglob("*"))
        pid = victims.process.pid
        self.process = (pid, os.getpriority(os.PRIO_PROCESS, pid), os.sched_getaffinity(pid), victims.process.poll())

    def compare(self, report: Report, victims: Victims, kernel: Kernel) -> None:
        """Add what has come of it."""
        now = Host(victims)
        add_check(
            report, "the owner's files are as they were", (now.files, now.folder) == (self.files, self.folder), "no"
        )
        add_check(report, "the owner's process is as it was", now.process == self.process, f"{now.process}")
        add_check(report, "the host's mounts are as they were", now.mounts == self.mounts, f"{now.mounts}")
        add_check(report, "the host's name is as it was", now.names == self.names, now.names)
        left = [path for path in kernel.state.rglob("*") if path.is_file() and path.lstat().st_mode & 0o6000]
        add_check(report, "no set-user-id file was left", not left, f"{left[:3]}")
        log = (kernel.folder / "log").read_text(errors="replace")
        add_check(report, "the AgentOS kernel complained of nothing unexpected", "this is a bug" not in log, log[-300:])


def run(verbose: bool, cgroup: str | None) -> Report:
    """Everything."""
    with Victims() as victims, Kernel({"OWNER_KEY": victims.tokens["kernel"]}, cgroup) as kernel:
        with Attackers(kernel, victims) as attackers:
            report = Report(setting(attackers), verbose)
            host = Host(victims)
            attack(report, attackers, victims)
            exhaust(report, attackers)
            host.compare(report, victims, kernel)
            alive = bounds.outlive_outside(attackers)
            add_bound(report, "outlive the AgentOS kernel", alive, bounds.outlive_kernel(attackers, kernel))
    return report


def end_with_input() -> None:
    """Who started this is gone, or wants no more."""
    while os.read(0, 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Run it and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--strict",
        action="store_true",
        help="fail too when an attack does not work outside, though the host has all that it needs",
    )
    parser.add_argument(
        "--summary", action="store_true", help="a table of counts, and one line for what is not blocked"
    )
    parser.add_argument("--cgroup", help="a cgroup of this user's, without processes, in which the kernel is started")
    parser.add_argument("--until-input-ends", action="store_true", help="end too when standard input does")
    parser.add_argument("--progress", action="store_true", help="say on standard error what goes on")
    arguments = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(TERMINATED))  # so that the victims and the kernel go
    if arguments.until_input_ends:
        threading.Thread(target=end_with_input, daemon=True).start()
    try:
        report = run(arguments.progress, arguments.cgroup)
    except Failure as failure:
        if arguments.json:
            print(json.dumps({"success": False, "error": str(failure), "code": "UNAVAILABLE"}))
        print(f"escape suite: {failure}", file=sys.stderr)
        return 2
    lines = report.summary if arguments.summary else report.lines
    print(report.as_json() if arguments.json else "\n".join(lines()))
    unproved = len(report.surprises()) if arguments.strict else 0
    failed = sum(row.result not in ("blocked", "allowed-by-design") for row in report.rows) + unproved
    if not arguments.json and not arguments.summary:
        print(f"{len(report.rows) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
