# SPDX-License-Identifier: MIT
"""What a run may use, and what its model calls cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TOKENS_PER_PRICE = 1_000_000
ANY_MODEL = "*"


@dataclass(frozen=True)
class Limits:
    """When a run ends although its task is not done; looked at before each answer of the model.

    Attributes:
        steps: answers of the model.
        tokens: of all of them, questions and answers. One answer may go over by what its question takes.
        seconds: from start to end; waiting calls are cut short by it. The time between an interruption and its
            resumption does not count.
        cost_usd: US dollars, by the prices given; None for no limit.
    """

    steps: int = 50
    tokens: int = 1_000_000
    seconds: float = 3600.0
    cost_usd: float | None = None

    def __post_init__(self) -> None:
        """Refuse what is no limit.

        Raises:
            ValueError: one is not above 0, or not finite.
        """
        for name, value in self.__dict__.items():
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"the limit {name} must be above 0, was {value}")


@dataclass(frozen=True)
class Price:
    """US dollars for a million tokens; what a model thinks is priced as what it answers.

    Attributes:
        input: of the question.
        output: of the answer.
        cached: of the part of the question that the provider had seen before; as `input` if None.
    """

    input: float
    output: float
    cached: float | None = None

    def of(self, usage: Mapping[str, int]) -> float:
        """The cost of one answer, by the usage that THINK reports."""
        cached = usage.get("cached", 0)
        fresh = usage.get("input", 0) - cached
        answer = usage.get("output", 0) + usage.get("thinking", 0)
        rate = self.input if self.cached is None else self.cached
        return (fresh * self.input + cached * rate + answer * self.output) / _TOKENS_PER_PRICE


def cost_usd(prices: Mapping[str, Price], model: str, usage: Mapping[str, Any]) -> float | None:
    """The cost of one answer of a model, or None when neither it nor "*" has a price."""
    price = prices.get(model) or prices.get(ANY_MODEL)
    return None if price is None else price.of(usage)


def prices_from(table: Any) -> dict[str, Price]:
    """Read a price table: `{"model": {"input": 0.3, "output": 2.5, "cached": 0.03}}`, US dollars a million tokens.

    Raises:
        ValueError: it has another form; the text names the entry.
    """
    if not isinstance(table, dict):
        raise ValueError('the prices must be an object: {"model": {"input": 0.3, "output": 2.5}}')
    return {model: _price(model, entry) for model, entry in table.items()}


def _price(model: str, entry: Any) -> Price:
    if not isinstance(entry, dict) or not {"input", "output"} <= set(entry) <= {"input", "output", "cached"}:
        raise ValueError(f"the price of {model} must have input and output, and may have cached")
    for name, value in entry.items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise ValueError(f"the price of {model}, {name}, must be US dollars for a million tokens, was {value!r}")
    return Price(**entry)
