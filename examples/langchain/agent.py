# SPDX-License-Identifier: MIT
"""A LangChain agent in a sandbox of the kernel's: its model and its tools are system calls.

    V=$(sdk-python/integrations/setup langchain)
    export AGENTOS_LLM_SCRIPT=examples/langchain/llm.json
    ./agentos run --python $V/bin/python --mount $V:$V examples/langchain/agent.py
"""

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, ToolMessage

from agentos.langchain import AgentOSToolkit, ChatAgentOS

TASK = "Count the words of /agent/poem.txt and write the number to /workspace/count.txt."

agent = create_agent(ChatAgentOS(), AgentOSToolkit(names=["execute", "write_file"]).get_tools())
for step in agent.stream({"messages": [("user", TASK)]}, stream_mode="updates"):
    for message in (message for update in step.values() for message in update["messages"]):
        if isinstance(message, AIMessage) and message.content:
            print(message.content)
        elif isinstance(message, ToolMessage):
            print(f"  {message.name}: {message.status}: {message.content.splitlines()[0][:80]}")
