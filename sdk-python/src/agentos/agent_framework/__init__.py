# SPDX-License-Identifier: MIT
"""AgentOS in Microsoft's agent-framework: the kernel's calls as tools, its shared model as a chat client.

    from agent_framework import Agent
    from agentos.agent_framework import AgentOSChatClient, agentos_tools

    async with Agent(AgentOSChatClient(), "You look after agents.", tools=agentos_tools()) as agent:
        print(await agent.run("Which agents are running?"))

Needs `pip install 'agentos[agent-framework]'`. What is allowed is the kernel's decision: run this inside an agent, and
the tools can do what that agent may; run it as an operator, and they can do all that the kernel's user may.
"""

from ._client import AgentOSChatClient, AgentOSChatOptions
from ._tools import AgentOSTool, agentos_tools

__all__ = ["AgentOSChatClient", "AgentOSChatOptions", "AgentOSTool", "agentos_tools"]
