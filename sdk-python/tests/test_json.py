# SPDX-License-Identifier: MIT
"""The SDK's JSON is that of the standard library, without the time it takes to import."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentos._json import decode, encode

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(_VALUES)
def test_writes_what_json_writes(value: object) -> None:
    assert encode(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@given(_VALUES, st.booleans(), st.sampled_from(["", " ", "\n\t\r "]))
def test_reads_what_json_reads(value: object, escaped: bool, around: str) -> None:
    assert decode(around + json.dumps(value, ensure_ascii=escaped) + around) == value


@given(st.text(alphabet='{}[],:"\\ntfu0123456789.eE+- ', max_size=20))
def test_refuses_what_json_refuses(text: str) -> None:
    try:
        expected = json.loads(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"\S"):
            decode(text)
    else:
        assert decode(text) == expected


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a":-Infinity}', "", "1 2", '{"a":1}}', "[1,]", "\x0b1"])
def test_names_what_is_no_json(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        decode(text)


@pytest.mark.parametrize("value", [math.nan, [math.inf]])
def test_writes_no_number_that_json_lacks(value: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(value)


def test_writes_no_value_that_contains_itself_and_goes_on() -> None:
    knot: list[object] = []
    knot.append(knot)
    for _ in range(2):
        with pytest.raises(ValueError, match="Circular"):
            encode(knot)
    assert encode([[], []]) == "[[],[]]"


def test_importing_the_sdk_brings_none_of_the_slow_modules() -> None:
    slow = "{'json', 're', 'enum', 'typing', 'socket', 'asyncio', 'dataclasses'}"
    script = f"import sys; import agentos; agentos.AgentOSClient; print(sorted({slow} & set(sys.modules)))"
    # Isolated from the user's site-packages, whose .pth files may import anything.
    path = [p for p in sys.path if p.endswith("src")]
    script = f"import sys; sys.path[:0] = {path!r}; " + script
    done = subprocess.run([sys.executable, "-S", "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
