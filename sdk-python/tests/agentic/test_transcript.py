# SPDX-License-Identifier: MIT
"""The transcript's file: what is in it after a crash, who may write it, and what it is refused for."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agentos import agentic
from agentos.agentic import TranscriptError, read_transcript
from agentos.agentic._transcript import TranscriptFile, encode, replay

START: dict[str, Any] = {"seq": 1, "time": 1000, "type": "start", "version": 1, "task": "the task"}
ASKED = {"id": "a", "name": "execute", "arguments": {"command": "ls"}}
MODEL = {"type": "model", "step": 1, "content": "", "tool_calls": [ASKED, {**ASKED, "id": "b"}], "tokens": 7}
CALL = {"type": "call", "call": "1.1", "tool": "execute", "arguments": {"command": "ls"}}
RESULT = {"type": "result", "call": "1.1", "tool": "execute", "decision": "allowed", "elapsed_ms": 1, "text": "a"}
END = {"type": "end", "reason": "steps"}


def events(*bodies: dict[str, Any]) -> list[dict[str, Any]]:
    """Give events their numbers and, a second apart, their times."""
    return [{"seq": number, "time": number * 1000, **body} for number, body in enumerate(bodies, 1)]


def write(path: Path, *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    written = events(*bodies)
    path.write_bytes(b"".join(map(encode, written)))
    return written


def test_what_is_appended_is_there_at_once(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    file = TranscriptFile(path, resume=False)
    file.append(START)

    assert read_transcript(path) == [START]
    assert path.stat().st_mode & 0o777 == 0o600
    file.close()


def test_the_same_event_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    file = TranscriptFile(path, resume=False)
    file.append(START)
    file.append(START)
    file.close()
    again = TranscriptFile(path, resume=True)
    again.append(START)
    again.append({**END, "seq": 2, "time": 2000})
    again.close()

    assert [event["seq"] for event in read_transcript(path)] == [1, 2]


@pytest.mark.parametrize("torn", range(1, len(encode({**MODEL, "seq": 2, "time": 2000}))))
def test_a_line_that_was_cut_short_is_no_event(tmp_path: Path, torn: int) -> None:
    path = tmp_path / "run.jsonl"
    first, second = write(path, START, MODEL)
    path.write_bytes(encode(first) + encode(second)[:torn])

    assert read_transcript(path) == [first]
    file = TranscriptFile(path, resume=True)
    assert file.events == [first]
    file.append(second)
    file.close()
    assert read_transcript(path) == [first, second]


def test_there_is_one_writer(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    file = TranscriptFile(path, resume=False)
    for resume in (False, True):
        with pytest.raises(TranscriptError, match="is being written by another run"):
            TranscriptFile(path, resume)
    file.close()
    TranscriptFile(path, resume=False).close()


def test_a_transcript_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    write(path, START)
    with pytest.raises(TranscriptError, match="is there already; resume it, or choose another file"):
        TranscriptFile(path, resume=False)
    with pytest.raises(FileNotFoundError):
        TranscriptFile(tmp_path / "none.jsonl", resume=True)


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    program = f"""if True:
        import resource
        from agentos.agentic._transcript import TranscriptFile
        file = TranscriptFile({str(path)!r}, resume=False)
        file.append({START!r})
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, {resource.RLIM_INFINITY}))
        try:
            file.append(dict({END!r}, seq=2, time=2000, answer="x" * 1000))
        except OSError as error:
            print(error.filename, error.strerror)
        file.append(dict({END!r}, seq=2, time=2000))
    """
    environment = {"PYTHONPATH": str(Path(agentic.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)

    assert done.stdout == f"{path} File too large\n"
    assert [event["seq"] for event in read_transcript(path)] == [1, 2]


def changed(event: dict[str, Any], **fields: Any) -> list[dict[str, Any]]:
    return [START, {**events(START, event)[1], **fields}]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"no json\n", "line 1: not a JSON object"),
        (b"[]\n", "line 1: not a JSON object"),
        (b"\xff\xfe\n", "line 1: not a JSON object"),
        (b"[" * 100_000 + b"\n", "line 1: not a JSON object"),
        (encode({**START, "seq": 2}), "line 1: seq should be 1, is 2"),
        (encode({**START, "time": "now"}), "line 1: type or time is missing"),
        (encode({**START, "version": 2}), "line 1: the format is of version 2; this SDK knows 1"),
        (encode({**START, "type": "end"}), "line 1: a transcript has one start, as its first event"),
        (encode(START) + encode({**START, "seq": 2}), "line 2: a transcript has one start, as its first event"),
    ],
)
def test_what_is_no_transcript_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(TranscriptError, match=problem):
        read_transcript(path)
    with pytest.raises(TranscriptError, match=problem):
        TranscriptFile(path, resume=True)
    assert path.read_bytes() == content


def test_an_event_out_of_place_is_refused() -> None:
    with pytest.raises(TranscriptError, match=r"line 2: the event 'result' does not fit here \(IndexError"):
        replay(events(START, RESULT))
    with pytest.raises(TranscriptError, match=r"line 2: the event 'model' does not fit here \(KeyError: 'tokens'\)"):
        replay(events(START, {"type": "model", "step": 1}))
    with pytest.raises(TranscriptError, match="is empty: there is nothing to go on from"):
        replay([])


def test_a_type_that_is_not_known_is_passed_over() -> None:
    assert replay(events(START, {"type": "weather", "is": "fine"})).seq == 2


def test_the_conversation_is_what_the_events_say() -> None:
    note = {"type": "note", "text": "go on"}
    said = {"type": "model", "step": 2, "content": "hm", "tool_calls": [], "tokens": 5, "cost_usd": 0.5}
    state = replay(events(START, MODEL, CALL, RESULT, {**CALL, "call": "1.2"}, {**RESULT, "text": ""}, said, note))

    assert state.messages == [
        {"role": "user", "content": "the task"},
        {"role": "assistant", "content": [], "tool_calls": MODEL["tool_calls"]},
        {"role": "tool", "tool_call_id": "a", "content": "a"},
        {"role": "tool", "tool_call_id": "b", "content": "(nothing)"},
        {"role": "assistant", "content": "hm"},
        {"role": "user", "content": "go on"},
    ]
    assert (state.steps, state.tokens, state.cost_usd, state.silent) == (2, 12, 0.5, 1)
    assert not state.pending
    assert state.last_words() == "hm"


def test_calls_without_a_result_are_pending_and_the_one_that_was_begun_is_known() -> None:
    state = replay(events(START, MODEL, CALL))

    assert [(call.key, call.call_id, call.started) for call in state.pending] == [
        ("1.1", "a", True),
        ("1.2", "b", False),
    ]


def test_the_time_between_an_end_and_a_resumption_does_not_count() -> None:
    run = events(START, MODEL, END)
    later = [{"seq": 4, "time": 100_000, "type": "resume"}, {"seq": 5, "time": 101_500, **END}]

    assert replay(run).seconds == 2.0
    assert replay(run).end is not None
    assert replay(run + later[:1]).end is None
    assert replay(run + later).seconds == 3.5


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    assert replay([START, {"seq": 2, "time": 10, **END}]).seconds == 0


def test_what_is_written_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    file = TranscriptFile(path, resume=False)
    file.append({**START, "task": "two\nlines\r\u2028\x85 é"})
    file.close()

    assert path.read_bytes().count(b"\n") == 1
    assert json.loads(path.read_text())["task"] == "two\nlines\r\u2028\x85 é"
    assert read_transcript(path)[0]["task"] == "two\nlines\r\u2028\x85 é"
