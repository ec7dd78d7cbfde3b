# SPDX-License-Identifier: MIT
"""Figures, their targets, and how they are shown: tables for people, one JSON object with --json."""

from __future__ import annotations

import json
import os
import statistics
import sys
from dataclasses import asdict, dataclass, field
from typing import Any

_COLOURS = {"ok": "\033[32m", "miss": "\033[31m", "bold": "\033[1m", "dim": "\033[2m"}
_PLAIN = "\033[0m"


@dataclass(frozen=True)
class Target:
    """What a figure should be: at least or at most `limit`, in the figure's unit."""

    limit: float
    at_least: bool = False

    def met_by(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.limit:g}"


@dataclass
class Figure:
    """One measured value.

    Attributes:
        name: what was measured; unique in a run.
        unit: of `value` and of its target; "" for a ratio.
        details: whatever else was measured with it, by name.
    """

    name: str
    value: float
    unit: str
    target: Target | None = None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """`ok`, `miss`, or nothing where there is no target."""
        if self.target is None:
            return ""
        return "ok" if self.target.met_by(self.value) else "miss"

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "verdict": self.verdict or None}


def quantile(values: list[float], share: float) -> float:
    """The value that `share` (0 to 1) of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def spread(values: list[float]) -> dict[str, float]:
    """The details of a figure that is the median of `values`."""
    return {"p95": quantile(values, 0.95), "least": min(values), "most": max(values), "runs": len(values)}


def median_figure(name: str, values: list[float], unit: str, target: Target | None = None) -> Figure:
    return Figure(name, statistics.median(values), unit, target, spread(values))


class Report:
    """Collects figures; shows each table as soon as it is complete, or everything at the end as JSON."""

    def __init__(self, benchmark: str, as_json: bool) -> None:
        self._benchmark = benchmark
        self._as_json = as_json
        self._figures: list[Figure] = []
        self._notes: list[str] = []
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._progress_shown = False

    def progress(self, text: str) -> None:
        """Shows on a terminal what goes on now; the next output replaces it."""
        if sys.stderr.isatty():
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
            self._progress_shown = True

    def note(self, text: str) -> None:
        """Says something about the run that no figure tells."""
        self._notes.append(text)
        if not self._as_json:
            self._print(f"  {self._painted('dim', text)}")

    def heading(self, text: str) -> None:
        if not self._as_json:
            self._print(f"\n{self._painted('bold', text)}")

    def table(self, columns: list[str], rows: list[tuple[Figure, list[str]]]) -> None:
        """Shows figures, each with the cells of its row; a target's two columns are added to them."""
        self._figures += [figure for figure, _ in rows]
        if self._as_json:
            return
        lines = [[*columns, "target", ""]]
        for figure, cells in rows:
            lines.append([*cells, str(figure.target) if figure.target else "", figure.verdict])
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        for number, line in enumerate(lines):
            padded = [line[0].ljust(widths[0])] + [c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True)]
            text = "  ".join(padded[:-1])
            verdict = self._painted(line[-1], line[-1]) if number and line[-1] else ""
            self._print(f"  {self._painted('dim', text) if number == 0 else text}  {verdict}".rstrip())

    def simple_table(self, what: str, figures: list[Figure]) -> None:
        """Shows figures by name and value, with the p95 of those that are medians."""
        rows = []
        for figure in figures:
            worst = f"{figure.details['p95']:.1f}" if "p95" in figure.details else ""
            rows.append((figure, [figure.name, f"{figure.value:.1f} {figure.unit}", worst]))
        self.table([what, "median" if any(row[1][2] for row in rows) else "value", "p95"], rows)

    def finish(self, host: dict[str, Any], settings: dict[str, Any]) -> None:
        """Ends the run with a line of counts, or with the JSON object."""
        missed = [figure.name for figure in self._figures if figure.verdict == "miss"]
        targets = sum(figure.target is not None for figure in self._figures)
        if self._as_json:
            self._clear_progress()
            figures = [figure.as_json() for figure in self._figures]
            run = {"benchmark": self._benchmark, "host": host, "settings": settings, "notes": self._notes}
            print(json.dumps({**run, "figures": figures, "targets": targets, "missed": missed}, indent=2))
            return
        self._print(f"\n{targets - len(missed)} of {targets} targets met on this machine")

    def _print(self, text: str) -> None:
        self._clear_progress()
        print(text, flush=True)

    def _clear_progress(self) -> None:
        if self._progress_shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
            self._progress_shown = False

    def _painted(self, colour: str, text: str) -> str:
        return f"{_COLOURS[colour]}{text}{_PLAIN}" if self._colours else text
