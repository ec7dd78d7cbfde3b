# SPDX-License-Identifier: MIT
"""Signals that come while an event is written: it is written once, and counts once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentos.agentic import read_transcript
from agentos.agentic._journal import Journal
from agentos.agentic._state import Event, State, end_event
from agentos.agentic._transcript import TranscriptFile

START: dict[str, Any] = {"seq": 1, "time": 1000, "type": "start", "version": 1, "task": "the task"}
NOTE: dict[str, Any] = {"seq": 2, "time": 2000, "type": "note", "text": "go on"}


@pytest.mark.parametrize("moment", ["before it is written", "after it is written"])
def test_an_interrupted_event_is_finished_before_the_end_is_written(tmp_path: Path, moment: str) -> None:
    path = tmp_path / "run.jsonl"
    file = TranscriptFile(path, resume=False)
    interruptions = [moment]

    def record(event: Event) -> None:
        interrupted = event["seq"] == 2 and interruptions
        if interrupted and interruptions == ["before it is written"]:
            raise KeyboardInterrupt(interruptions.pop())
        file.append(event)
        if interrupted:
            raise KeyboardInterrupt(interruptions.pop())

    journal = Journal(State(), record)
    journal.write(START)
    with pytest.raises(KeyboardInterrupt):
        journal.write(NOTE)
    journal.settle()
    journal.settle()
    journal.write(end_event(journal.state, 3000, "interrupted", 2000))
    file.close()

    assert [event["type"] for event in read_transcript(path)] == ["start", "note", "end"]
    assert [message["content"] for message in journal.state.messages] == ["the task", "go on"]


def test_nothing_is_finished_that_was_not_interrupted() -> None:
    recorded: list[Event] = []
    journal = Journal(State(), recorded.append)
    journal.write(START)
    journal.settle()

    assert recorded == [START]
