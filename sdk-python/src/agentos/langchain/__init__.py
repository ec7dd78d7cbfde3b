# SPDX-License-Identifier: MIT
"""AgentOS in LangChain: the kernel's calls as tools, and its shared model as a chat model.

    from agentos.langchain import AgentOSToolkit, ChatAgentOS
    from langchain.agents import create_agent

    agent = create_agent(ChatAgentOS(), AgentOSToolkit().get_tools())
    agent.invoke({"messages": [("user", "List the running agents.")]})

Needs `pip install 'agentos[langchain]'`. What is allowed is the kernel's decision: run this inside an agent, and the
tools can do what that agent may; run it as an operator, and they can do all that the kernel's user may.
"""

from ._model import ChatAgentOS
from ._tools import AgentOSTool, AgentOSToolkit

__all__ = ["AgentOSTool", "AgentOSToolkit", "ChatAgentOS"]
