# SPDX-License-Identifier: MIT
"""From the start of a sandbox to /bin/true reaped: in turn with others, and with many sandboxes alive."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from common.failure import BenchFailure
from common.report import Figure, Report, Target, median_figure, spread

from .contenders import Contender, helper

OURS = "agentos-sandbox"
_TARGETS = {"bubblewrap --unshare-all": Target(0.75), "bare clone3 program": Target(1.2)}
_CROWD_TARGET = Target(1.5)
_WARMUP_ROUNDS = 10
_ORDER_SEED = 1  # the same orders in every run
_STATUS_BYTES = 4096


def _in_turn(report: Report, contenders: list[Contender], rounds: int, what: str) -> dict[str, list[float]]:
    """Milliseconds of each round, by name.

    The order is another in each round: who comes next pays for what the kernel still has to tidy up.
    """
    order = random.Random(_ORDER_SEED)
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for number in range(-_WARMUP_ROUNDS, rounds):
        report.progress(f"{what}: round {number + 1} of {rounds}")
        for contender in order.sample(contenders, len(contenders)):
            begun = time.perf_counter()
            contender.run()
            if number >= 0:
                times[contender.name].append((time.perf_counter() - begun) * 1000)
    return times


def compare(report: Report, contenders: list[Contender], rounds: int) -> None:
    """The table of all, and ours in relation to each."""
    report.heading(f"Start to reaped of /bin/true, {rounds} rounds in turn")
    times = _in_turn(report, contenders, rounds, "start")
    figures = [median_figure(name, values, "ms") for name, values in times.items()]
    report.table(
        ["", "median", "p95"],
        [(figure, [figure.name, f"{figure.value:.2f} ms", f"{figure.details['p95']:.2f}"]) for figure in figures],
    )
    report.heading(f"{OURS} in relation to it: the median of the rounds' ratios")
    rows = []
    for name, values in times.items():
        if name == OURS:
            continue
        ratios = [own / other for own, other in zip(times[OURS], values, strict=True)]
        figure = Figure(f"{OURS} / {name}", statistics.median(ratios), "", _TARGETS.get(name), spread(ratios))
        rows.append((figure, [name, f"{figure.value:.2f}"]))
    report.table(["", "ratio"], rows)


@contextmanager
def _alive(workspace: Path) -> Iterator[None]:
    """A sandbox that lives as long as the `with` statement."""
    read, write = os.pipe()
    command = helper(workspace, ["/usr/bin/sleep", "infinity"], "--status-fd", str(write))
    with subprocess.Popen(command, pass_fds=[write], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:
        try:
            os.close(write)
            said = b""
            while b"started " not in said:
                chunk = os.read(read, _STATUS_BYTES)
                if not chunk:
                    raise BenchFailure(f"a sandbox did not start: {said.decode(errors='replace')[-300:]}")
                said += chunk
            yield
        finally:
            os.close(read)
            process.terminate()


def crowd(report: Report, contenders: list[Contender], workspace: Path, rounds: int, alive: int) -> None:
    """Whether a start takes longer when there are many already. Measured with none before and after, half each."""
    report.heading(f"The same with {alive} sandboxes alive, {rounds} rounds")
    alone = _in_turn(report, contenders, rounds // 2, "with none alive")
    with ExitStack() as stack:
        for number in range(alive):
            report.progress(f"starting sandbox {number + 1} of {alive}")
            stack.enter_context(_alive(workspace))
        among = _in_turn(report, contenders, rounds, f"with {alive} alive")
        report.progress("ending them")
    for name, values in _in_turn(report, contenders, rounds - rounds // 2, "with none alive again").items():
        alone[name] += values
    rows = []
    for name, values in among.items():
        before, after = statistics.median(alone[name]), statistics.median(values)
        target = _CROWD_TARGET if name == OURS else None
        figure = Figure(f"{name}, {alive} alive / none", after / before, "", target, spread(values))
        rows.append((figure, [name, f"{before:.2f} ms", f"{after:.2f} ms", f"{figure.value:.2f}"]))
    report.table(["", "none alive", f"{alive} alive", "ratio"], rows)
