# SPDX-License-Identifier: MIT
"""AgentOS in AutoGen: the kernel's calls as tools, its shared model as a client, its sandbox as a code executor.

    from agentos.autogen import AgentOSAssistant, AgentOSCodeExecutor
    from autogen_agentchat.agents import CodeExecutorAgent
    from autogen_agentchat.teams import RoundRobinGroupChat

    async with AgentOSCodeExecutor() as executor:
        members = [AgentOSAssistant("coder"), CodeExecutorAgent("runner", executor)]
        print(await RoundRobinGroupChat(members, max_turns=3).run(task="Compute 6 * 7 in Python."))

Needs `pip install 'agentos[autogen]'`. What is allowed is the kernel's decision: run this inside an agent, and tools
can do what that agent may; run it as an operator, and they can do all that the kernel's user may. Code is run in a
sandbox in either case.
"""

from ._agents import WORK_TOOLS, AgentOSAssistant, AgentOSUserProxy
from ._executor import AgentOSCodeExecutor, AgentOSCodeResult
from ._model import AgentOSChatCompletionClient
from ._tools import AgentOSTool, AgentOSToolResult, ToolFailed, agentos_tools

__all__ = [
    "WORK_TOOLS",
    "AgentOSAssistant",
    "AgentOSChatCompletionClient",
    "AgentOSCodeExecutor",
    "AgentOSCodeResult",
    "AgentOSTool",
    "AgentOSToolResult",
    "AgentOSUserProxy",
    "ToolFailed",
    "agentos_tools",
]
