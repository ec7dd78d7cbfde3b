# SPDX-License-Identifier: MIT
"""An MCP server of few lines, with tools that misbehave on demand.

Usage: mcp_server.py [ancient]
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import sys
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

Result = dict[str, Any]


def say(**message: Any) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def text(words: str) -> Result:
    return {"content": [{"type": "text", "text": words}]}


def attempt(action: Callable[[], Any]) -> Result:
    try:
        return text(f"got in: {action()}")
    except OSError as error:
        return {**text(f"kept out: {type(error).__name__}"), "isError": True}


def connect(host: str, port: int) -> None:
    socket.create_connection((host, port), timeout=5).close()


def ask_llm(words: str) -> str:
    body = {"model": "default", "messages": [{"role": "user", "content": words}]}
    address = urllib.parse.urlsplit(os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:3129/v1"))
    connection = http.client.HTTPConnection(address.netloc, timeout=30)
    headers = {"Content-Type": "application/json"}
    connection.request("POST", address.path + "/chat/completions", json.dumps(body), headers)
    return str(json.load(connection.getresponse())["choices"][0]["message"]["content"])


def place() -> Result:
    return text(json.dumps([os.getcwd(), os.environ.get("PYTHONSTARTUP"), os.environ.get("WORD")]))


def crash() -> Result:
    os._exit(7)


def garbage() -> Result:
    sys.stdout.buffer.write(b"hello\n[1,2]\n\xff\xfe\n\n" + b"[" * 100_000 + b'\n{"id":{},"result":1}\n{"id":true}\n')
    sys.stdout.flush()
    return text("after garbage")


def flood(lines: int) -> Result:
    for number in range(lines):
        say(method="notifications/message", params={"level": "info", "data": f"line {number}"})
    return text("after the flood")


def endless_line(size: int) -> Result:
    for _ in range(size >> 20):
        sys.stdout.write("x" * (1 << 20))
    sys.stdout.write("\n")
    return text("after the line")


def ask_us() -> Result:
    say(id="p", method="ping")
    say(id="r", method="roots/list")
    answers = sorted((json.loads(sys.stdin.readline()) for _ in range(2)), key=lambda answer: str(answer["id"]))
    return text(json.dumps([answers[0].get("result"), answers[1]["error"]["code"]]))


TOOLS: dict[str, Callable[..., Any]] = {
    "echo": text,
    "place": place,
    "picture": lambda: {"content": [{"type": "image", "data": "AA==", "mimeType": "image/png"}]},
    "fields": lambda: {"content": [], "structuredContent": {"a": 1}},
    "read": lambda path: attempt(Path(path).read_text),
    "connect": lambda host, port: attempt(lambda: connect(host, port)),
    "ask_llm": lambda words: attempt(lambda: ask_llm(words)),
    "crash": crash,
    "garbage": garbage,
    "flood": flood,
    "endless_line": endless_line,
    "ask_us": ask_us,
    "never": lambda: None,
    "large": lambda size: text("x" * size),
    "half": lambda: text("\ud800"),
    "deep": lambda: {"content": json.loads("[" * 300 + "]" * 300)},
    "no_result": lambda: [],
}
# What no checker of ours knows: it is the server that judges.
ODD = {"words": {"type": ["string", "null"], "pattern": "("}}


def page(start: int) -> Result:
    names = [*TOOLS, "with space", "with.space"]
    schema = {"type": "object", "properties": ODD}
    tools = [{"name": name, "description": f"Does {name}.", "inputSchema": schema} for name in names[start : start + 4]]
    return {"tools": tools, **({"nextCursor": str(start + 4)} if start + 4 < len(names) else {})}


def answer(request: dict[str, Any]) -> None:
    number, params = request["id"], request.get("params", {})
    if request["method"] == "initialize":
        revision = "1999-01-01" if "ancient" in sys.argv else params["protocolVersion"]
        info = {"name": "tester", "version": "1"}
        say(id=number, result={"protocolVersion": revision, "capabilities": {"tools": {}}, "serverInfo": info})
    elif request["method"] == "tools/list":
        say(id=number, result=page(int(params.get("cursor", 0))))
    elif params.get("name") in TOOLS:
        result = TOOLS[params["name"]](**params.get("arguments", {}))
        if result is not None:
            say(id=number, result=result)
    else:
        say(id=number, error={"code": -32602, "message": f"unknown tool {params.get('name')}"})


for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        answer(message)
    else:
        sys.stderr.write(message["method"] + "\n")
        sys.stderr.flush()
