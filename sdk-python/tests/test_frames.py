# SPDX-License-Identifier: MIT
from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentos import ProtocolError
from agentos._frames import HEADER, MAGIC, FrameDecoder, encode_frame
from agentos._limits import PAYLOAD_BYTES_LARGEST

FRAMES = st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 255), st.binary(max_size=300)), max_size=8)


def written(frames: list[tuple[int, int, bytes]]) -> bytes:
    return b"".join(HEADER.pack(MAGIC, agent, opcode, len(payload)) + payload for agent, opcode, payload in frames)


def decoded(decoder: FrameDecoder) -> list[tuple[int, int, bytes]]:
    frames = []
    while (frame := decoder.next_frame()) is not None:
        frames.append((frame.agent_id, frame.opcode, frame.payload))
    return frames


def test_a_request_is_17_little_endian_bytes_and_the_payload() -> None:
    assert encode_frame(0x21, b"{}") == bytes.fromhex("544e4741 00000000 21 0200000000000000") + b"{}"


@given(FRAMES, st.lists(st.integers(1, 40), min_size=1))
def test_frames_come_out_as_they_went_in_however_the_bytes_are_cut(
    frames: list[tuple[int, int, bytes]], cuts: list[int]
) -> None:
    data = written(frames)
    decoder = FrameDecoder()
    received = []
    position = turn = 0
    while position < len(data):
        size = cuts[turn % len(cuts)]
        decoder.feed(data[position : position + size])
        received += decoded(decoder)
        position += size
        turn += 1

    assert received == frames
    assert decoder.bytes_held == 0


@given(st.binary(min_size=HEADER.size, max_size=200).filter(lambda data: data[:4] != struct.pack("<I", MAGIC)))
def test_anything_that_does_not_begin_with_the_magic_is_refused(garbage: bytes) -> None:
    decoder = FrameDecoder()
    decoder.feed(garbage)

    with pytest.raises(ProtocolError, match="no AgentOS kernel"):
        decoder.next_frame()


@given(st.binary(max_size=HEADER.size - 1))
def test_less_than_a_header_is_no_frame_yet(beginning: bytes) -> None:
    decoder = FrameDecoder()
    decoder.feed(beginning)

    assert decoder.next_frame() is None
    assert decoder.bytes_held == len(beginning)


@given(st.integers(PAYLOAD_BYTES_LARGEST + 1, 2**64 - 1))
def test_a_size_over_the_limit_is_refused_before_the_payload_comes(size: int) -> None:
    decoder = FrameDecoder()
    decoder.feed(HEADER.pack(MAGIC, 0, 0, size))

    with pytest.raises(ProtocolError, match=str(size)):
        decoder.next_frame()


def test_the_limit_itself_is_allowed_and_one_byte_more_is_not() -> None:
    decoder = FrameDecoder()
    decoder.payload_bytes_max = 10
    decoder.feed(written([(1, 2, b"x" * 10), (1, 2, b"x" * 11)]))

    frame = decoder.next_frame()
    assert frame is not None
    assert frame.payload == b"x" * 10
    with pytest.raises(ProtocolError, match="the most here is 10"):
        decoder.next_frame()
