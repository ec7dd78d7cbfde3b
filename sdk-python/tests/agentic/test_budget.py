# SPDX-License-Identifier: MIT
"""Limits and prices."""

from __future__ import annotations

import math
from typing import Any

import pytest

from agentos.agentic import Limits, Price
from agentos.agentic._budget import cost_usd, prices_from

USAGE = {"input": 1_000_000, "output": 100_000, "thinking": 100_000, "cached": 400_000}


@pytest.mark.parametrize("name", ["steps", "tokens", "seconds", "cost_usd"])
@pytest.mark.parametrize("value", [0, -1, math.inf, math.nan])
def test_a_limit_is_above_nothing_and_finite(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"the limit {name} must be above 0"):
        Limits(**{name: value})  # type: ignore[arg-type]


def test_every_limit_but_that_of_cost_has_a_default() -> None:
    assert [name for name, value in vars(Limits()).items() if value is None] == ["cost_usd"]


def test_what_an_answer_costs() -> None:
    assert Price(1.0, 10.0).of(USAGE) == pytest.approx(1.0 + 2.0)
    assert Price(1.0, 10.0, 0.25).of(USAGE) == pytest.approx(0.6 + 0.1 + 2.0)
    assert Price(1.0, 10.0).of({}) == 0


def test_the_price_is_that_of_the_model_or_of_any() -> None:
    prices = {"a": Price(1, 0), "*": Price(2, 0)}

    assert cost_usd(prices, "a", USAGE) == pytest.approx(1)
    assert cost_usd(prices, "b", USAGE) == pytest.approx(2)
    assert cost_usd({"a": Price(1, 0)}, "b", USAGE) is None


def test_a_table_of_prices_is_read() -> None:
    table = {"a": {"input": 0.3, "output": 2}, "*": {"input": 1, "output": 1, "cached": 0}}

    assert prices_from(table) == {"a": Price(0.3, 2), "*": Price(1, 1, 0)}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ([], "must be an object"),
        ({"a": 5}, "the price of a must have input and output"),
        ({"a": {"input": 1}}, "the price of a must have input and output"),
        ({"a": {"input": 1, "output": 1, "extra": 1}}, "may have cached"),
        ({"a": {"input": "1", "output": 1}}, "the price of a, input, must be US dollars"),
        ({"a": {"input": 1, "output": -1}}, "the price of a, output, must be US dollars"),
        ({"a": {"input": True, "output": 1}}, "the price of a, input, must be US dollars"),
    ],
)
def test_a_table_that_is_none_is_refused(table: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        prices_from(table)
