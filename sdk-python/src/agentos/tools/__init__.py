# SPDX-License-Identifier: MIT
"""What a language model may call, said once for everyone who offers it: the agent loop, MCP, the frameworks' adapters.

    from agentos import AgentOSClient, tools

    with AgentOSClient() as client:
        result = tools.call(client, "read_file", {"path": "/workspace/notes.txt"})
        print(tools.text("read_file", result))

A `Tool` says what it is for, what it takes and what comes back; `TOOLS` has all of them by name. `call` and
`call_async` check the arguments and make the call with the identity of the client that they are given: what is allowed
is the kernel's decision alone. `text` and `explain` say a result and a failure to the model, within a bound.
"""

from typing import TYPE_CHECKING

from ._call import call, call_async, explain, find, text
from ._catalogue import TOOLS
from ._check import ArgumentError, check
from ._text import TEXT_CHARACTERS, shorten
from ._tool import Hints, Schema, Tool, UnknownTool

if TYPE_CHECKING:
    from ._shared import SharedClient

__all__ = [
    "TEXT_CHARACTERS",
    "TOOLS",
    "ArgumentError",
    "Hints",
    "Schema",
    "SharedClient",
    "Tool",
    "UnknownTool",
    "call",
    "call_async",
    "check",
    "explain",
    "find",
    "shorten",
    "text",
]


def __getattr__(name: str) -> object:
    """Load SharedClient when it is asked for: it needs asyncio, which takes longer to load than all the rest."""
    if name != "SharedClient":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ._shared import SharedClient

    return SharedClient
