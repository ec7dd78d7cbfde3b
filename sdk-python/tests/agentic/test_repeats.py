# SPDX-License-Identifier: MIT
"""When a model goes in circles, and when it only looks like it."""

from __future__ import annotations

from agentos.agentic._repeats import Repeats


def counts(*calls: tuple[str, str], seconds: float = 0.0) -> list[int]:
    """How often each of these (tool, result) is said to have come."""
    repeats = Repeats()
    return [repeats.times(tool, {}, text, seconds) for tool, text in calls]


def test_the_same_call_with_the_same_result_is_counted() -> None:
    assert counts(*[("execute", "a")] * 4) == [1, 2, 3, 4]


def test_another_result_is_something_new() -> None:
    assert counts(("execute", "a"), ("execute", "b"), ("execute", "c")) == [1, 1, 1]


def test_a_circle_of_several_calls_is_counted() -> None:
    assert counts(*[("execute", "a"), ("read_file", "b"), ("execute", "c")] * 3) == [1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_a_test_that_fails_again_after_each_change_is_no_circle() -> None:
    changes = [("write_file", str(number)) for number in range(10)]

    assert max(counts(*(call for change in changes for call in (change, ("execute", "it fails"))))) == 2


def test_waiting_is_no_circle_but_looking_into_an_empty_mailbox_is() -> None:
    mailbox = [("receive_messages", "[]")] * 5

    assert counts(*mailbox, seconds=5.0) == [1, 1, 1, 1, 1]
    assert counts(*mailbox) == [1, 2, 3, 4, 5]
    assert counts(*[("execute", "")] * 3, seconds=5.0) == [1, 2, 3]


def test_what_was_seen_long_ago_is_new_again() -> None:
    others = [("execute", str(number)) for number in range(24)]

    assert counts(("execute", "a"), *others, ("execute", "a"))[-1] == 1
