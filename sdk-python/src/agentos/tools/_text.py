# SPDX-License-Identifier: MIT
"""Results as a model reads them: plain text, bounded, and honest about what is left out."""

from __future__ import annotations

from binascii import Error as Base64Error
from binascii import a2b_base64
from collections.abc import Mapping
from typing import Any

# About 4,000 tokens.
TEXT_CHARACTERS = 16_000
# Room for the line that says what is missing.
_NOTE_CHARACTERS = 80


def shorten(long: str, limit: int) -> str:
    """Keep the head and the tail of a text that is too long, and say how much is missing between them."""
    if len(long) <= limit:
        return long
    room = limit - _NOTE_CHARACTERS
    if room < _NOTE_CHARACTERS:
        return long[: max(0, limit - 3)] + "..."[:limit]
    head, tail = room - room // 2, room // 2
    return f"{long[:head]}\n[... {len(long) - head - tail} characters left out here ...]\n{long[-tail:]}"


def file_words(result: Mapping[str, Any]) -> str:
    """The content of a file, or of a part of it."""
    content, note = _decoded(result["content"], result["encoding"])
    if result["truncated"]:
        note.append(f"this is a part of the file, which has {result['size']} bytes; read on with offset")
    elif result["size"] == 0:
        note.append("the file is empty")
    return _with_notes(content, note)


def command_words(result: Mapping[str, Any]) -> str:
    """What a command wrote and how it ended; what it wrote as errors is set apart."""
    output = result["stdout"]
    if result["stderr"]:
        output += ("\n" if output and not output.endswith("\n") else "") + "[stderr]\n" + result["stderr"]
    notes = []
    if result["truncated"]:
        notes.append("the output was longer than the kernel keeps; its end is missing")
    if result["timed_out"]:
        notes.append("it took too long and was ended")
    elif result.get("oom"):
        notes.append("it ran out of memory and was ended")
    elif result.get("signal"):
        notes.append(f"ended by signal {result['signal']}")
    notes.append(f"exit code {result['exit_code']}")
    return _with_notes(output, notes)


def answer_words(result: Mapping[str, Any]) -> str:
    """An HTTP answer: status, the kind of content, the body."""
    body, notes = _decoded(result["body"], result["encoding"])
    if result["truncated"]:
        notes.append("the body was longer than the kernel keeps; its end is missing")
    kind = result["headers"].get("content-type", "no content type")
    return _with_notes(f"HTTP {result['status_code']}, {kind}\n\n{body}", notes)


def model_words(result: Mapping[str, Any]) -> str:
    """What the other model said."""
    notes = ["the answer was cut off at max_tokens"] if result["finish_reason"] == "length" else []
    return _with_notes(result["content"], notes)


def agents_words(result: Mapping[str, Any]) -> str:
    """One line for each agent."""
    return "\n".join(map(_agent_line, result["agents"])) or "there are no agents"


def _agent_line(agent: Mapping[str, Any]) -> str:
    line = f"{agent['name']} (id {agent['id']}): {agent['state']}, level {agent['level']}"
    if agent.get("exit_reason"):
        return f"{line}, {agent['exit_reason']}, exit code {agent.get('exit_code')}"
    return f"{line}, {agent['memory_current'] >> 20} MiB, up {agent['uptime_ms'] // 1000} s"


def log_words(result: Mapping[str, Any]) -> str:
    """The lines; those that are no ordinary output say what they are."""
    lines = (
        entry["line"] if entry["stream"] == "stdout" else f"[{entry['stream']}] {entry['line']}"
        for entry in result["entries"]
    )
    return "\n".join(lines) or "it has written nothing"


def _decoded(content: str, encoding: str) -> tuple[str, list[str]]:
    if encoding != "base64":
        return content, []
    try:
        data = a2b_base64(content)
    except Base64Error:
        return content, ["this should be base64 but is not"]
    decoded = data.decode(errors="replace")
    broken = "\ufffd" in decoded
    return decoded, [f"not UTF-8 text: of {len(data)} bytes, those that are none are shown as \ufffd"] if broken else []


def _with_notes(content: str, notes: list[str]) -> str:
    if not notes:
        return content
    separator = "\n" if content and not content.endswith("\n") else ""
    return f"{content}{separator}[{'; '.join(notes)}]"
