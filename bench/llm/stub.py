# SPDX-License-Identifier: MIT
"""A provider that costs nothing: the wire format of Chat Completions, with as many tokens as the prompt asks for.

Run by itself it prints its port and serves until its input ends. The prompt is `tokens=N delay=MS`.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys

WANTED = re.compile(r"tokens=(\d+) delay=(\d+)")
STREAM = re.compile(rb'"stream": *true')
INPUT_TOKENS = 10
_HEAD = {"id": "c", "created": 1, "model": "stub-1"}


class Connection(asyncio.Protocol):
    """One client's requests, one after the other."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            length = int(re.search(rb"(?i)content-length: *(\d+)", head)[1])  # type: ignore[index]
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._answer(rest[:length])

    def _answer(self, body: bytes) -> None:
        wanted = WANTED.search(body.decode())
        tokens, delay = (int(wanted[1]), int(wanted[2])) if wanted else (5, 0)
        answer = _streamed(tokens) if STREAM.search(body) else _whole(tokens)
        if delay:
            asyncio.get_running_loop().call_later(delay / 1000, self._transport.write, answer)  # type: ignore[attr-defined]
        else:
            self._transport.write(answer)  # type: ignore[attr-defined]


def _usage(tokens: int) -> dict[str, int]:
    return {"prompt_tokens": INPUT_TOKENS, "completion_tokens": tokens, "total_tokens": INPUT_TOKENS + tokens}


def _whole(tokens: int) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}
    reply = json.dumps({**_HEAD, "object": "chat.completion", "choices": [choice], "usage": _usage(tokens)}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(reply) + reply


def _streamed(tokens: int) -> bytes:
    """All events at once, each in a chunk of its own."""
    deltas: list[tuple[dict[str, str], str | None]] = [
        ({"role": "assistant", "content": ""}, None),
        ({"content": "o"}, None),
        ({"content": "k"}, None),
        ({}, "stop"),
    ]
    pieces: list[dict[str, object]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]} for delta, reason in deltas
    ]
    pieces.append({"choices": [], "usage": _usage(tokens)})
    events = [
        f"data: {json.dumps({**_HEAD, 'object': 'chat.completion.chunk', **piece})}\n\n".encode() for piece in pieces
    ]
    chunks = [b"%x\r\n%s\r\n" % (len(event), event) for event in [*events, b"data: [DONE]\n\n"]]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(chunks) + b"0\r\n\r\n"


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
