# SPDX-License-Identifier: MIT
"""AgentOS in CrewAI: the kernel's calls as tools, its shared model as an LLM, and agents that have both.

    from agentos.crewai import AgentOSCrewAgent
    from crewai import Crew, Task

    coder = AgentOSCrewAgent("coder")
    task = Task(description="Write and run a program that prints 42.", expected_output="its output", agent=coder)
    print(Crew(agents=[coder], tasks=[task]).kickoff())

Needs `pip install 'agentos[crewai]'`. What is allowed is the kernel's decision: run this inside an agent, and the crew
can do what that agent may; run it as an operator, and it can do all that the kernel's user may.
"""

from ._agents import KINDS, AgentOSCrewAgent, Kind
from ._llm import AgentOSLLM
from ._tools import AgentOSTool, agentos_tools

__all__ = ["KINDS", "AgentOSCrewAgent", "AgentOSLLM", "AgentOSTool", "Kind", "agentos_tools"]
