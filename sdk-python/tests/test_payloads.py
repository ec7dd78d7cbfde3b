# SPDX-License-Identifier: MIT
from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentos import Internal, KernelError, NotFound, Opcode, PermissionDenied, ProtocolError
from agentos._errors import BY_CODE
from agentos._payloads import decode_answer, decode_hello, encode_fields
from agentos._payloads import given as given_fields

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def refusal(**fields: Any) -> bytes:
    return json.dumps({"success": False, **fields}).encode()


@given(st.dictionaries(st.text(), JSON))
def test_what_is_written_is_what_json_reads(fields: dict[str, Any]) -> None:
    try:
        written = encode_fields(fields)
    except UnicodeEncodeError:
        assert "\\ud" in json.dumps(fields)  # half a surrogate pair is no text
        return
    assert json.loads(written) == fields


def test_options_that_are_none_are_left_out_and_falsehoods_stay() -> None:
    assert given_fields(a=None, b=False, c=0, d="") == {"b": False, "c": 0, "d": ""}


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes"])
def test_what_is_no_json_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        encode_fields({"message": value})


def test_numbers_that_json_cannot_say_are_a_value_error() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode_fields({"temperature": float("nan")})


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_each_code_raises_its_own_class(code: str) -> None:
    with pytest.raises(BY_CODE[code], match="no such thing") as caught:
        decode_answer(Opcode.READ, refusal(code=code, error="no such thing", retry_after_ms=5))

    assert caught.value.code == code
    assert caught.value.error == "no such thing"
    assert caught.value.details["retry_after_ms"] == 5
    assert str(caught.value) == f"{code}: no such thing"


def test_a_code_of_a_later_kernel_is_a_kernel_error_that_carries_it() -> None:
    with pytest.raises(KernelError) as caught:
        decode_answer(Opcode.READ, refusal(code="MOON_PHASE", error="not tonight"))

    assert type(caught.value) is KernelError
    assert caught.value.code == "MOON_PHASE"


@pytest.mark.parametrize("code", [None, 5, ["NOT_FOUND"]])
def test_a_refusal_without_a_code_is_the_kernels_mistake_and_still_an_exception(code: object) -> None:
    with pytest.raises(Internal):
        decode_answer(Opcode.READ, refusal(code=code))


def test_a_refused_list_is_an_exception_too() -> None:
    with pytest.raises(PermissionDenied):
        decode_answer(Opcode.LIST, refusal(code="PERMISSION_DENIED", error="no"))


def test_exec_may_fail_without_a_code_which_is_a_result() -> None:
    assert decode_answer(Opcode.EXEC, refusal(exit_code=3))["exit_code"] == 3
    with pytest.raises(NotFound):
        decode_answer(Opcode.EXEC, refusal(code="NOT_FOUND", error="no such folder"))


@pytest.mark.parametrize("payload", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"nul", b"9" * 5000])
def test_what_is_no_json_is_a_protocol_error(payload: bytes) -> None:
    with pytest.raises(ProtocolError, match="READ"):
        decode_answer(Opcode.READ, payload)


@pytest.mark.parametrize("payload", [b"[]", b"5", b'"text"', b"null", b"true"])
def test_json_of_another_type_is_a_protocol_error(payload: bytes) -> None:
    with pytest.raises(ProtocolError, match="not dict"):
        decode_answer(Opcode.READ, payload)


def test_list_alone_answers_with_an_array() -> None:
    assert decode_answer(Opcode.LIST, b"[]") == []
    with pytest.raises(ProtocolError, match="not list"):
        decode_answer(Opcode.LIST, b"{}")


@given(st.binary(max_size=200))
def test_no_answer_raises_anything_else(payload: bytes) -> None:
    try:
        decode_answer(Opcode.THINK, payload)
    except (KernelError, ProtocolError):
        pass


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"protocol_version": 2, "limits": {"max_payload": 1}}, "version 2"),
        ({"limits": {"max_payload": 1}}, "version None"),
        ({"protocol_version": 1}, "None"),
        ({"protocol_version": 1, "limits": {"max_payload": 0}}, "as 0"),
        ({"protocol_version": 1, "limits": {"max_payload": 2**40}}, str(2**40)),
        ({"protocol_version": 1, "limits": {"max_payload": "1M"}}, "1M"),
    ],
)
def test_a_handshake_that_cannot_be_relied_on_is_refused(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ProtocolError, match=complaint):
        decode_hello(json.dumps({"success": True, **fields}).encode())
