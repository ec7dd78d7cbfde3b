# SPDX-License-Identifier: MIT
"""CrewAI's client for OpenAI, inside a sandbox: only the address is the kernel's."""

from __future__ import annotations

from pathlib import Path

from kernel.inside import run_inside

from agentos import AgentOSClient

_HEAD = """
import os
os.environ["CREWAI_DISABLE_TELEMETRY"] = "true"
os.environ["CREWAI_TRACING_ENABLED"] = "false"
os.environ["CREWAI_TESTING"] = "true"
from crewai import LLM, Agent, Crew, Task
"""


def test_a_crew_asks_the_kernel(operator: AgentOSClient, tmp_path: Path) -> None:
    assert (
        run_inside(
            operator,
            tmp_path,
            _HEAD
            + """
agent = Agent(role="reporter", goal="report", backstory="You report.", llm=LLM(model="default", provider="openai"))
task = Task(description="Write a report", expected_output="one line", agent=agent)
out = Crew(agents=[agent], tasks=[task]).kickoff().raw
""",
        )
        == "A report of one line."
    )


def test_its_settings_reach_the_model(operator: AgentOSClient, tmp_path: Path) -> None:
    assert (
        run_inside(
            operator,
            tmp_path,
            _HEAD
            + """
llm = LLM(model="default", provider="openai", stop=[" of"], top_p=0.5, seed=1, temperature=0.5, max_tokens=100,
          presence_penalty=0.5, frequency_penalty=-0.5)
out = llm.call([{"role": "user", "content": "Hi"}, {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "Write a report"}])
""",
        )
        == "A report"
    )
