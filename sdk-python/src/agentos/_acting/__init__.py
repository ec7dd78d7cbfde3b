# SPDX-License-Identifier: MIT
"""Acting as an agent of the kernel from outside of its sandbox: for servers and adapters, which run as operators.

    async with await start_agent(Identity("worker", "sandboxed", Path("/srv/work"))) as client:
        await client.exec("make")           # in the sandbox of that agent, as that agent

See `_identity.py` for how, and docs/mcp.md for what it keeps in.
"""

from ._agent import Agent
from ._identity import LEVELS, AgentClient, Identity, start_agent

__all__ = ["LEVELS", "Agent", "AgentClient", "Identity", "start_agent"]
