# SPDX-License-Identifier: MIT
"""A team of two in a sandbox of the kernel's: one writes code, the other one runs it and says what came of it.

    V=$(sdk-python/integrations/setup autogen)
    export AGENTOS_LLM_SCRIPT=examples/autogen/llm.json
    ./agentos run --python $V/bin/python --mount $V:$V examples/autogen/team.py
"""

import asyncio

from autogen_agentchat.agents import ApprovalRequest, ApprovalResponse, CodeExecutorAgent
from autogen_agentchat.conditions import TextMentionTermination
from autogen_agentchat.messages import TextMessage
from autogen_agentchat.teams import RoundRobinGroupChat

from agentos.autogen import AgentOSAssistant, AgentOSCodeExecutor

TASK = "What is the sum of the primes below 100?"


def approve(_: ApprovalRequest) -> ApprovalResponse:
    """Let all code run: what it can reach is the sandbox's business."""
    return ApprovalResponse(approved=True, reason="it runs in a sandbox")


async def main() -> None:
    """Have the team answer, and show what is said."""
    async with AgentOSCodeExecutor("/workspace", timeout=20) as executor:
        coder = AgentOSAssistant("coder", tools=[])
        runner = CodeExecutorAgent("runner", executor, approval_func=approve)
        done = TextMentionTermination("TERMINATE", sources=["coder"])
        async for event in RoundRobinGroupChat([coder, runner], termination_condition=done).run_stream(task=TASK):
            if isinstance(event, TextMessage):
                said = event.content.strip()
                print(f"{event.source}: {said.splitlines()[-1] if event.source == 'runner' else said}")


asyncio.run(main())
