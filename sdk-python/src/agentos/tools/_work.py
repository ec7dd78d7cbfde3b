# SPDX-License-Identifier: MIT
"""The tools by which work is done: files, commands, the web, a model."""

from __future__ import annotations

from . import _schemas as s
from ._text import answer_words, command_words, file_words, model_words
from ._tool import Hints, Tool

_PATH = "absolute path; inside a sandbox the files to work on are below /workspace"

READ_FILE = Tool(
    name="read_file",
    title="Read file",
    description=(
        "Read a file, or a part of it. Text comes as it is. A file that is not UTF-8 is refused unless encoding is "
        "base64. At most 512 KiB come at once; when truncated is true, read on with a larger offset. To list a folder "
        "or to search in files use execute (ls, grep)."
    ),
    parameters=s.parameters(
        "path",
        path=s.text(_PATH, s.PATH_CHARACTERS, minLength=1),
        offset=s.whole("bytes to skip", 0, 1 << 62, default=0),
        limit=s.whole("the most bytes to return", 0, s.READ_BYTES, default=s.READ_BYTES),
        encoding=s.choice("base64 for a file that is not text", "utf-8", "base64", default="utf-8"),
    ),
    result=s.result(
        content="string: what was read, in that encoding",
        size="integer: bytes of the whole file",
        truncated="boolean: there is more after this",
        encoding="string",
    ),
    hints=Hints(read_only=True, idempotent=True),
    method="read",
    words=file_words,
)

WRITE_FILE = Tool(
    name="write_file",
    title="Write file",
    description=(
        "Write text to a file. mode write replaces the whole file (or makes it), append adds at its end, create "
        "refuses when there is a file. The folder has to exist: make it with execute (mkdir -p)."
    ),
    parameters=s.parameters(
        "path content",
        path=s.text(_PATH, s.PATH_CHARACTERS, minLength=1),
        content=s.text("the text, stored as UTF-8"),
        mode=s.choice("what to do with a file that is there", "write", "append", "create", default="write"),
    ),
    result=s.result(bytes_written="integer"),
    hints=Hints(destructive=True),
    method="write",
)

EXECUTE = Tool(
    name="execute",
    title="Execute command",
    description=(
        "Run a line of shell (/bin/sh) and return what it wrote and its exit code. Each call is a new shell: cd and "
        "variables do not last, give cwd instead. Nothing can be typed into it; stdin is what it reads. A command that "
        "takes longer than timeout is ended, with all it started."
    ),
    parameters=s.parameters(
        "command",
        command=s.text("the line; pipes, && and several lines work", s.COMMAND_CHARACTERS, minLength=1),
        cwd=s.text("folder to run it in, an absolute path; /workspace in a sandbox", s.PATH_CHARACTERS),
        timeout=s.seconds("seconds until it is ended", s.EXEC_SECONDS, 30),
        stdin=s.text("what it reads from its standard input"),
        env=s.texts_by_name("environment variables to add"),
    ),
    result=s.result(
        "signal oom",
        stdout="string",
        stderr="string",
        exit_code="integer: 0 when it succeeded; 127: no such program",
        signal="integer: the signal that ended it",
        timed_out="boolean: it took too long and was ended",
        oom="boolean: it ran out of memory and was ended",
        truncated="boolean: it wrote more than is shown",
        usage=s.result(cpu_ms="integer", memory_peak="integer: bytes", wall_ms="integer"),
    ),
    hints=Hints(destructive=True, open_world=True),
    method="exec",
    words=command_words,
)

HTTP_REQUEST = Tool(
    name="http_request",
    title="HTTP request",
    description=(
        "Make an HTTP or HTTPS request and return status, headers and body. Any status is a result, so look at it. "
        "Only hosts that the permissions list can be reached (see get_permissions: network); commands of execute "
        "have no network of their own."
    ),
    parameters=s.parameters(
        "url",
        url=s.text("http://... or https://...", 8192, minLength=1),
        method=s.choice("what to do there", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", default="GET"),
        headers=s.texts_by_name("headers to send"),
        body=s.text("what to send"),
        timeout=s.seconds("seconds for all of it, redirects included", s.HTTP_SECONDS, 30),
    ),
    result=s.result(
        status_code="integer",
        headers="object: by name in lower case",
        body="string: in that encoding",
        encoding="string: utf-8, or base64 for a body that is not text",
        truncated="boolean: the body was longer",
    ),
    hints=Hints(destructive=True, open_world=True),
    method="http",
    words=answer_words,
)

ASK_MODEL = Tool(
    name="ask_model",
    title="Ask a model",
    description=(
        "Ask a language model a question that stands on its own, such as to summarize or to judge a text that is "
        "given in the prompt. It sees nothing but the prompt and can call no tools. Its tokens count against the "
        "caller's quota."
    ),
    parameters=s.parameters(
        "prompt",
        prompt=s.text("the whole question, with everything needed to answer it", minLength=1),
        system_instruction=s.text("how it is to behave"),
        model=s.text("which model; the kernel's default otherwise", 256),
        temperature={"type": "number", "description": "how freely it answers", "minimum": 0, "maximum": 2},
        max_tokens=s.whole("how long the answer may be", 1, s.TOKENS),
        timeout=s.seconds("seconds, waiting for its turn included", s.THINK_SECONDS, 120),
    ),
    result=s.result(
        content="string: the answer",
        model="string",
        provider="string: offline when no real model is connected",
        tokens="integer: used by question and answer",
        usage=s.result(input="integer", output="integer", thinking="integer", cached="integer"),
        finish_reason="string: stop, length, safety or other",
        latency_ms="integer",
        queue_ms="integer",
    ),
    hints=Hints(read_only=True, open_world=True),
    method="think",
    words=model_words,
)
