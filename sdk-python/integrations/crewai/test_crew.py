# SPDX-License-Identifier: MIT
"""Real crews: CrewAI's loop, the kernel's tools, the kernel's model on a script."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from crewai import Agent, Crew, CrewOutput, Process, Task
from crewai.tools import BaseTool
from crewai_files import ImageFile
from pydantic import BaseModel

from agentos import AgentOSClient, tools
from agentos.crewai import KINDS, AgentOSCrewAgent, AgentOSLLM, AgentOSTool, agentos_tools


class City(BaseModel):
    name: str
    people: int


def crew_of(description: str, agent: Agent | None = None, **task: Any) -> Crew:
    agent = agent or AgentOSCrewAgent("coder")
    return Crew(agents=[agent], tasks=[Task(description=description, expected_output="a line", agent=agent, **task)])


def finished(crew: Crew, **given: Any) -> CrewOutput:
    output = crew.kickoff(**given)
    assert isinstance(output, CrewOutput)
    return output


def test_a_crew_reads_a_file_and_answers(file: Path) -> None:
    output = finished(crew_of(f"What does the file {file} say?"))
    assert output.raw == "The file says forty-two."
    assert output.token_usage.successful_requests == 2
    assert output.token_usage.total_tokens > 0


@pytest.mark.parametrize("way", ["kickoff_async", "akickoff"])
def test_the_same_in_asyncio(file: Path, way: str) -> None:
    output = asyncio.run(getattr(crew_of(f"What does the file {file} say?"), way)())
    assert output.raw == "The file says forty-two."


def test_the_same_for_each_of_several_inputs(file: Path) -> None:
    outputs = crew_of("What does the file {path} say?").kickoff_for_each([{"path": str(file)}, {"path": str(file)}])
    assert [str(output) for output in outputs] == ["The file says forty-two."] * 2


def test_one_agents_result_is_the_next_ones_context(file: Path) -> None:
    researcher, writer = AgentOSCrewAgent("researcher"), AgentOSCrewAgent("reviewer", tools=[])
    tasks = [
        Task(description=f"What does the file {file} say?", expected_output="a line", agent=researcher),
        Task(description="Write a report", expected_output="a report", agent=writer),
    ]
    output = finished(Crew(agents=[researcher, writer], tasks=tasks, process=Process.sequential))
    assert [task.raw for task in output.tasks_output] == ["The file says forty-two.", "A report of one line."]


def test_an_answer_fits_a_model() -> None:
    agent = AgentOSCrewAgent("researcher", tools=[])
    output = finished(crew_of("Tell me of the city", agent, output_pydantic=City))
    assert output.pydantic == City(name="Ghent", people=265000)


def test_arguments_that_do_not_fit_are_answered_and_recorded() -> None:
    output = finished(crew_of("Call it with wrong arguments"))
    assert output.raw == "I was told: it is wrong."
    [record] = output.tasks_output[0].tool_failures
    assert record.failure.code == "INVALID_ARGUMENTS"
    assert "file is unknown; did you mean path?" in record.message


def test_a_tool_that_does_not_exist_is_answered() -> None:
    assert finished(crew_of("Call an unknown tool")).raw == "There is no such tool."


def test_the_same_call_is_made_again_even_in_a_crew_that_remembers_results(file: Path) -> None:
    agent = AgentOSCrewAgent("reviewer")
    question: dict[str, Any] = {
        "description": f"What does the file {file} say?",
        "expected_output": "a line",
        "agent": agent,
    }
    tasks = [Task(**question, callback=lambda _: file.write_text("forty-three")), Task(**question)]
    output = finished(Crew(agents=[agent], tasks=tasks, cache=True))
    assert [task.raw for task in output.tasks_output] == ["The file says forty-two.", "The file says forty-three."]


def test_the_model_sees_an_image_of_the_inputs(tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(bytes.fromhex(PIXEL))
    crew = crew_of("What is it?", AgentOSCrewAgent("researcher", tools=[]))
    output = finished(crew, input_files={"it": ImageFile(source=str(picture))})
    assert output.raw == "An answer, a few words long."


PIXEL = (
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6364f8cf500f0003860180"
    "5a347d6b0000000049454e44ae426082"
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_tools_that_exist(kind: str) -> None:
    agent = AgentOSCrewAgent(kind)
    assert [tool.name for tool in agent.tools or ()] == list(KINDS[kind].tools)
    assert set(KINDS[kind].tools) <= set(tools.TOOLS)
    assert isinstance(agent.llm, AgentOSLLM)
    assert (agent.role, agent.goal) == (KINDS[kind].role, KINDS[kind].goal)


def test_a_kind_can_be_adapted() -> None:
    mine: list[BaseTool] = [*agentos_tools(["read_file"]), AgentOSTool("ask_model")]
    agent = AgentOSCrewAgent("reviewer", role="Auditor", tools=mine, llm=AgentOSLLM("other"), max_iter=3)
    assert (agent.role, agent.goal, agent.max_iter) == ("Auditor", KINDS["reviewer"].goal, 3)
    assert [tool.name for tool in agent.tools or ()] == ["read_file", "ask_model"]
    with pytest.raises(ValueError, match="there are researcher, coder, reviewer, operator"):
        AgentOSCrewAgent("cook")


def test_the_operator_sees_the_agents_of_this_kernel(operator: AgentOSClient) -> None:
    agent = AgentOSCrewAgent("operator")
    listed = next(tool for tool in agent.tools or () if tool.name == "list_agents").run()
    assert listed == tools.text("list_agents", tools.call(operator, "list_agents", {}))
