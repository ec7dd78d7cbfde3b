# SPDX-License-Identifier: MIT
from __future__ import annotations

import pytest

from agentos import _dialogue as d


def test_an_image_is_taken_out_of_its_data_url() -> None:
    assert d.image("data:image/png;base64,QUJD") == {"type": "image", "mime_type": "image/png", "data": "QUJD"}


@pytest.mark.parametrize("url", ["https://example.org/a.png", "data:image/png,QUJD", "data:image/png;base64", ""])
def test_an_image_that_would_have_to_be_fetched_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="fetches none"):
        d.image(url)


def test_no_message_is_without_words_unless_it_has_calls() -> None:
    nothing = [{"type": "text", "text": "(empty)"}]
    assert d.user([])["content"] == nothing
    assert d.assistant("")["content"] == nothing
    assert d.tool_result("c", [d.text("")])["content"] == nothing
    called = d.assistant("", [("c", "add", {"a": 1})])
    assert called["content"] == []
    assert called["tool_calls"] == [{"id": "c", "name": "add", "arguments": {"a": 1}}]


@pytest.mark.parametrize(
    ("stops", "kept"),
    [((), "one two three"), (("two",), "one "), (("three", "two"), "one "), (("four",), "one two three"), (("o",), "")],
)
def test_an_answer_ends_before_the_first_stop(stops: tuple[str, ...], kept: str) -> None:
    assert d.before("one two three", stops) == kept


def test_what_the_system_says_is_joined_and_nothing_is_none() -> None:
    assert d.instruction(["a", None, "", "b"]) == "a\n\nb"
    assert d.instruction([None, ""]) is None


def test_a_tool_without_parameters_takes_none() -> None:
    assert d.tool("stop", None, None)["parameters"] == {"type": "object", "properties": {}}


@pytest.mark.parametrize(("characters", "tokens"), [(0, 0), (1, 1), (4, 1), (5, 2)])
def test_tokens_are_estimated_upwards(characters: int, tokens: int) -> None:
    assert d.tokens_at_most(characters) == tokens
