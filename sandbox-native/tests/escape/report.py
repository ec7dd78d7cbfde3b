# SPDX-License-Identifier: MIT
"""What came of each case, how it is shown, and whether it is as it must be."""

import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

BLOCKED = "blocked"
ALLOWED = "allowed-by-design"
ESCAPED = "ESCAPED"
BROKEN = "broken"

# From best to worst.
VERDICTS = (BLOCKED, ALLOWED, BROKEN, ESCAPED)
WHERE = ("agent", "command", "network", "proxy")


def verdict(outcome: str, design: str) -> str:
    """What an attacker's own word (reached, refused, mistaken) comes to."""
    if outcome == "reached":
        return ALLOWED if design else ESCAPED
    return BLOCKED if outcome == "refused" else BROKEN


@dataclass
class Row:
    """One case.

    Attributes:
        outside: what the same attack did without a sandbox; "" for what is no attack but a look at the host afterwards.
        missing: what this host lacks, so that it cannot work outside either.
        inside: by where it was made (agent, command, network), the verdict.
        details: by the same, what the attacker said.
        design: why it may succeed.
    """

    group: str
    case: str
    outside: str = ""
    missing: list[str] = field(default_factory=list)
    inside: dict[str, str] = field(default_factory=dict)
    details: dict[str, str] = field(default_factory=dict)
    design: str = ""

    @property
    def result(self) -> str:
        """The worst of the verdicts."""
        return max(self.inside.values(), key=VERDICTS.index)

    @property
    def shown(self) -> bool:
        """Whether the attack was seen to work outside, or is none."""
        return self.outside in ("", "reached")

    @property
    def surprise(self) -> str:
        """What is wrong with the proof: it must work outside where its needs are met. "" when nothing is."""
        if self.shown or self.missing:
            return ""
        return f"it does not work outside either ({self.outside}), though all that it needs is here"

    def note(self) -> str:
        """What a person should know of it beside the verdict."""
        worst = next(where for where in WHERE if self.inside.get(where) == self.result)
        parts = []
        if self.result in (ESCAPED, BROKEN):
            parts.append(f"as {worst}: {self.details[worst]}")
        if self.result == ALLOWED:
            parts.append(self.design)
        if not self.shown:
            parts.append(f"not shown on this host, which lacks {', '.join(self.missing) or 'something'}")
        return "; ".join(parts)


class Report:
    """All rows of one run."""

    def __init__(self, setting: str, verbose: bool) -> None:
        """Begin without any."""
        self.setting = setting
        self._verbose = verbose
        self._begun = time.monotonic()
        self.rows: list[Row] = []

    def progress(self, text: str) -> None:
        """Say what goes on now, if that is wanted, and since when."""
        if self._verbose:
            print(f"{time.monotonic() - self._begun:6.1f} s  {text}", file=sys.stderr, flush=True)

    def count(self, result: str) -> int:
        """How many cases came to that."""
        return sum(row.result == result for row in self.rows)

    @property
    def safe(self) -> bool:
        """Whether every attack was made and none has succeeded that may not."""
        return self.count(ESCAPED) + self.count(BROKEN) == 0

    def surprises(self) -> list[Row]:
        """Cases whose proof is not as expected."""
        return [row for row in self.rows if row.surprise]

    def as_json(self) -> str:
        """One JSON object."""
        cases = [
            {**asdict(row), "result": row.result, "shown": row.shown, "note": row.note(), "surprise": row.surprise}
            for row in self.rows
        ]
        counts: dict[str, Any] = {result: self.count(result) for result in VERDICTS}
        counts["not-shown"] = sum(not row.shown for row in self.rows)
        return json.dumps({"success": self.safe, "setting": self.setting, "counts": counts, "cases": cases})

    def lines(self) -> list[str]:
        """One line for each case, worst last, and one that counts them."""
        width = max(len(row.case) for row in self.rows)
        found = [
            f"{row.result:<18} {row.group:<11} {row.case:<{width}} {row.note()}".rstrip()
            for row in sorted(self.rows, key=lambda row: VERDICTS.index(row.result))
        ]
        found += [f"{'unproved':<18} {row.group:<11} {row.case:<{width}} {row.surprise}" for row in self.surprises()]
        return [*found, self.total()]

    def summary(self) -> list[str]:
        """A table with a line for each group, then what is not blocked, and one line that counts them."""
        heads = ("cases", "blocked", "by design", "ESCAPED", "broken", "not shown")
        found = [f"{'':<11}" + "".join(f"{head:>11}" for head in heads)]
        for group in dict.fromkeys(row.group for row in self.rows):
            rows = [row for row in self.rows if row.group == group]
            results = [row.result for row in rows]
            counts = [len(rows), *map(results.count, (BLOCKED, ALLOWED, ESCAPED, BROKEN))]
            counts.append(sum(not row.shown for row in rows))
            found.append(f"{group:<11}" + "".join(f"{count or '-':>11}" for count in counts))
        others = [row for row in self.rows if row.result != BLOCKED]
        found += [f"{row.result}: {row.group}: {row.case}: {row.note()}" for row in others]
        return [*found, self.total()]

    def total(self) -> str:
        """One line that counts them all."""
        hidden = sum(not row.shown for row in self.rows)
        return (
            f"{self.setting}: {len(self.rows)} cases: {self.count(BLOCKED)} blocked, {self.count(ALLOWED)} allowed by"
            f" design, {self.count(ESCAPED)} ESCAPED, {self.count(BROKEN)} broken;"
            f" {hidden} of them not shown on this host, {len(self.surprises())} of these unexpectedly"
        )
