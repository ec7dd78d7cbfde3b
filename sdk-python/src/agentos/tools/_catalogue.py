# SPDX-License-Identifier: MIT
"""All tools, in the order in which they are best shown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from . import _agents, _work
from ._tool import Tool

TOOLS: Mapping[str, Tool] = MappingProxyType(
    {
        tool.name: tool
        for tool in (
            _work.READ_FILE,
            _work.WRITE_FILE,
            _work.EXECUTE,
            _work.HTTP_REQUEST,
            _work.ASK_MODEL,
            _agents.SPAWN_AGENT,
            _agents.KILL_AGENT,
            _agents.LIST_AGENTS,
            _agents.WAIT_FOR_AGENT,
            _agents.READ_LOGS,
            _agents.SEND_MESSAGE,
            _agents.RECEIVE_MESSAGES,
            _agents.GET_PERMISSIONS,
        )
    }
)
