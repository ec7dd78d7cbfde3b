# SPDX-License-Identifier: MIT
"""Derives the asyncio client from the blocking one, so that each call is written and documented once.

    tools/make_async_client.py           write the modules
    tools/make_async_client.py --check   exit with 1 when a committed module is not what would be written

Only modules without I/O of their own are derived. `_async_transport.py` and `_async_connection.py` are written by hand:
there asyncio and threads really differ.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "agentos"
SOURCES = ("_core", "_streams", "_calls_work", "_calls_agents", "_calls_messages", "_client")

# Passages that no rule covers; each must be found, or the passage has changed and needs a new look.
PASSAGES = {
    '"""The blocking client."""': '"""The asyncio client."""',
    '"""A client of the AgentOS kernel.\n': '"""A client of the AgentOS kernel for asyncio: each call is awaited.\n',
    'print(client.think("What is 2+2?").content)': 'print((await client.think("What is 2+2?")).content)',
    "It may be used from any number of threads.": "It belongs to one event loop, and may be used by any of its tasks.",
    "Calls that are under way in other threads": "Calls that are under way in other tasks",
    "after ConnectionLost, after a fork.": "after ConnectionLost.",
    'with client.think_stream("Tell': 'async with await client.think_stream("Tell',
    "for part in story:": "async for part in story:",
    "print(story.result().tokens)": "print((await story.result()).tokens)",
}

# Methods that stay plain functions, since they do no I/O.
PLAIN = ("__init__", "__iter__", "__del__", "_connected", "agent_id", "kernel")
METHOD = re.compile(rf"^(    |        )def (?!(?:{'|'.join(PLAIN)})\()", re.MULTILINE)

# Calls that do I/O.
AWAITED = re.compile(
    r"(?<!def )(self\._call\(|self\._stream\(|self\._connected\(\)\.\w+\(|self\._source\.read\(|self\._read\("
    r"|self\.(?:think|exec|send|noop|connect|close)\(|open_transport\()"
)

NAMES = {
    **{name: f"_async{name}" for name in (*SOURCES, "_transport")},
    **{name: f"Async{name}" for name in ("AgentOSClient", "ClientCore", "WorkCalls", "AgentCalls", "MessageCalls")},
    **{name: f"Async{name}" for name in ("Stream", "StreamSource", "Transport")},
    "open_transport": "open_async_transport",
    "__enter__": "__aenter__",
    "__exit__": "__aexit__",
    "__iter__": "__aiter__",
    "__next__": "__anext__",
    "StopIteration": "StopAsyncIteration",
    "with AgentOSClient": "async with AsyncAgentOSClient",
}
NAME = re.compile(rf"(?<![\w.])({'|'.join(sorted(NAMES, key=len, reverse=True))})\b|(?<=from \.)({'|'.join(NAMES)})\b")


def derive(name: str) -> str:
    """Write the asyncio twin of a module."""
    text = (PACKAGE / f"{name}.py").read_text()
    for passage, replacement in PASSAGES.items():
        text = text.replace(passage, replacement)
    text = METHOD.sub(r"\1async def ", text)
    text = AWAITED.sub(r"await \1", text)
    text = NAME.sub(lambda match: NAMES[match.group()], text)
    licence, rest = text.split("\n", 1)
    origin = f"# Derived from {name}.py by tools/make_async_client.py: change that file, then run the tool."
    return tidy(f"{licence}\n{origin}\n{rest}", PACKAGE / f"_async{name}.py")


def tidy(text: str, target: Path) -> str:
    """Sort the imports and format, as the rest of the package is."""
    for words in (["check", "--select=I", "--fix", "--quiet"], ["format"]):
        command = [sys.executable, "-m", "ruff", *words, f"--stdin-filename={target}", "-"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return text


def main() -> int:
    """Write or check all of them."""
    sources = "".join((PACKAGE / f"{name}.py").read_text() for name in SOURCES)
    for passage in PASSAGES:
        if passage not in sources:
            print(f"no source contains this passage any more: {passage!r}", file=sys.stderr)
            return 1
    stale = 0
    for name in SOURCES:
        target = PACKAGE / f"_async{name}.py"
        text = derive(name)
        if sys.argv[1:] != ["--check"]:
            target.write_text(text)
        elif not target.exists() or target.read_text() != text:
            print(f"{target.name} is not what {name}.py gives: run tools/make_async_client.py", file=sys.stderr)
            stale += 1
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
