# SPDX-License-Identifier: MIT
"""An agent that has a language model find something out, with tools of the kernel's and one of its own.

    AGENTOS_LLM_SCRIPT=examples/agentic/llm.json ./agentos run examples/agentic/agent.py

The model here is the offline one, which says what llm.json has it say, mistakes included. With a real model, leave the
variable out: the program is the same.
"""

from agentos import AgentOSClient
from agentos.agentic import Event, Limits, run, tool

TASK = "Who has spent the most, by /agent/orders.csv? Write a report of one line to /workspace/report.md."


@tool
def as_price(cents: int) -> str:
    """Write an amount of cents as a price.

    Args:
        cents: the amount, such as 129900.
    """
    return f"{cents // 100:,}.{cents % 100:02} EUR"


def show(event: Event) -> None:
    """Tell what the model says, what it asks for, and what comes of it."""
    if event["type"] == "model" and event["content"]:
        print(event["content"])
    elif event["type"] == "result":
        print(f"  {event['tool']}: {event['decision']}: {event['text'].splitlines()[0][:100]}")


with AgentOSClient() as client:
    outcome = run(
        client,
        TASK,
        tools=["read", "write", "exec", as_price],
        limits=Limits(steps=10, seconds=120),
        transcript="/workspace/transcript.jsonl",
        on_event=show,
    )
    print(f"{outcome.reason} after {outcome.steps} answers: {outcome.answer}")
    print(client.read("/workspace/report.md").content, end="")
