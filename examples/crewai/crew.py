# SPDX-License-Identifier: MIT
"""A crew of two in a sandbox of the kernel's: one writes a program, the other one tries it.

    V=$(sdk-python/integrations/setup crewai)
    export AGENTOS_LLM_SCRIPT=examples/crewai/llm.json
    ./agentos run --python $V/bin/python --mount $V:$V examples/crewai/crew.py
"""

import os

# CrewAI reports to its makers otherwise; in the sandbox it could not, but would try.
os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"

from crewai import Crew, Task

from agentos.crewai import AgentOSCrewAgent

coder, reviewer = AgentOSCrewAgent("coder"), AgentOSCrewAgent("reviewer")
tasks = [
    Task(
        description="Write /workspace/squares.py, which prints the squares of the numbers up to its argument.",
        expected_output="one sentence",
        agent=coder,
    ),
    Task(description="Try /workspace/squares.py.", expected_output="a verdict", agent=reviewer),
]
result = Crew(agents=[coder, reviewer], tasks=tasks).kickoff()
for done in result.tasks_output:
    print(f"{done.agent}: {done.raw}")
print(f"{result.token_usage.successful_requests} answers of the model")
