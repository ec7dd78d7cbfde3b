# SPDX-License-Identifier: MIT
"""A language model that carries out tasks: it is asked through the kernel, and what it asks for is done through it.

    from agentos import AgentOSClient
    from agentos.agentic import Limits, run, tool

    @tool
    def word_count(text: str) -> int:
        \"\"\"Count the words of a text.\"\"\"
        return len(text.split())

    with AgentOSClient() as client:
        outcome = run(client, "How many words has /workspace/notes.txt?", tools=["read", word_count],
                      limits=Limits(steps=10), transcript="run.jsonl")
        print(outcome.reason, outcome.answer)

Every call is judged by the kernel as the client's. A run is bounded by steps, tokens, time and cost; its transcript, in
the format of docs/contract/transcript.md, is written as it happens, and an interrupted run is resumed from it. From the
command line: `python -m agentos.agentic "task" --workspace DIR`, where the run is a sandboxed agent of its own.
"""

from ._budget import Limits, Price
from ._functions import FunctionTool, tool
from ._loop import Loop, Outcome, run
from ._state import Event
from ._transcript import TranscriptError, read_transcript

__all__ = [
    "Event",
    "FunctionTool",
    "Limits",
    "Loop",
    "Outcome",
    "Price",
    "TranscriptError",
    "read_transcript",
    "run",
    "tool",
]
