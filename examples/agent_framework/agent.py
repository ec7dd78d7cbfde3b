# SPDX-License-Identifier: MIT
"""An agent of Microsoft's agent-framework that looks at the agents of its kernel, from within a sandbox.

    V=$(sdk-python/integrations/setup agent_framework)
    export AGENTOS_LLM_SCRIPT=examples/agent_framework/llm.json
    ./agentos run --python $V/bin/python --mount $V:$V examples/agent_framework/agent.py
"""

import asyncio

from agent_framework import Agent

from agentos.agent_framework import AgentOSChatClient, agentos_tools


async def main() -> None:
    """Have the agent look, and show what it says while it says it."""
    tools = agentos_tools(["list_agents", "get_permissions"])
    async with Agent(AgentOSChatClient(), "You look after agents. Be brief.", tools=tools) as agent:
        run = agent.run("Who is running, and with which rights?", stream=True)
        async for update in run:
            print(update.text, end="")
        print()
        used = (await run.get_final_response()).usage_details or {}
        print(f"{used.get('total_token_count')} tokens")


asyncio.run(main())
