# SPDX-License-Identifier: MIT
"""Calling tools with both clients; what the kernel does with them is tested in `kernel/test_tools.py`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from peer import MakePeer, Talk

from agentos import AgentOSClient, AsyncAgentOSClient, NotFound, tools


def call(kind: str, path: str, name: str, arguments: Any) -> dict[str, Any]:
    if kind == "blocking":
        with AgentOSClient(path) as client:
            return tools.call(client, name, arguments)

    async def run() -> dict[str, Any]:
        async with AsyncAgentOSClient(path) as client:
            return await tools.call_async(client, name, arguments)

    return asyncio.run(run())


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_the_arguments_reach_the_kernel_and_the_result_comes_back_plain(kind: str, make_peer: MakePeer) -> None:
    def script(talk: Talk, opcode: int, payload: bytes) -> None:
        talk.answer(opcode, {"success": True, "bytes_written": 1, "asked": json.loads(payload)})

    result = call(kind, make_peer(script).path, "write_file", {"path": "/workspace/a", "content": "x"})

    asked = {"path": "/workspace/a", "content": "x", "mode": "write"}
    assert result == {"bytes_written": 1, "asked": asked}
    assert type(result) is dict


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_what_does_not_fit_is_not_sent(kind: str, make_peer: MakePeer) -> None:
    asked: list[int] = []
    peer = make_peer(lambda _, opcode, __: asked.append(opcode))
    with pytest.raises(tools.ArgumentError, match="path is missing"):
        call(kind, peer.path, "read_file", {})
    with pytest.raises(tools.UnknownTool):
        call(kind, peer.path, "rm", {})

    assert asked == []


@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_a_refusal_is_raised(kind: str, make_peer: MakePeer) -> None:
    def script(talk: Talk, opcode: int, _: bytes) -> None:
        talk.answer(opcode, {"success": False, "code": "NOT_FOUND", "error": "no file"})

    with pytest.raises(NotFound, match="no file"):
        call(kind, make_peer(script).path, "read_file", {"path": "/x"})
