# SPDX-License-Identifier: MIT
"""An evaluation by Inspect AI whose sandboxes and whose model are the kernel's.

    V=$(sdk-python/integrations/setup inspect_ai)
    AGENTOS_LLM_SCRIPT=examples/inspect_ai/llm.json ./agentos daemon &
    $V/bin/inspect eval examples/inspect_ai/task.py --model agentos/default
    $V/bin/python examples/inspect_ai/task.py                                   # the same, in four lines
"""

from inspect_ai import Task, eval, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import CORRECT, INCORRECT, Score, Scorer, Target, accuracy, scorer
from inspect_ai.solver import TaskState, generate, system_message, use_tools
from inspect_ai.tool import bash
from inspect_ai.util import SandboxEnvironmentSpec, sandbox

from agentos.inspect_ai import AgentOSSandboxConfig

ORDERS = "harbour,paid\nlighthouse,open\nferry,paid\n"
PROGRAM = "print(' '.join('Fizz' if n % 5 == 0 else str(n) for n in range(1, 4)))\n"

SAMPLES = [
    Sample("Write the number of paid orders in orders.csv to answer.txt.", id="count", files={"orders.csv": ORDERS}),
    Sample("Make fizz.py say Fizz for multiples of 3.", id="repair", files={"fizz.py": PROGRAM}),
    Sample("Leave a greeting in /etc/motd.", id="greet"),
]
# What has to succeed in the sample's sandbox when the model says that it is done.
CHECKS = {
    "count": "[ $(cat answer.txt) = 2 ]",
    "repair": "[ \"$(python3 fizz.py)\" = '1 2 Fizz' ]",
    "greet": "grep -q hello /etc/motd",
}


@scorer(metrics=[accuracy()])
def what_is_there() -> Scorer:
    """Score what the model has done, not what it says."""

    async def score(state: TaskState, target: Target) -> Score:  # noqa: ARG001 - as Inspect calls it
        ran = await sandbox().exec(["/bin/sh", "-c", CHECKS[str(state.sample_id)]], timeout=20)
        return Score(value=CORRECT if ran.success else INCORRECT, answer=state.output.completion)

    return score


@task
def chores() -> Task:
    """Three chores, the last of which a sandbox does not allow."""
    return Task(
        dataset=SAMPLES,
        solver=[system_message("You have a shell."), use_tools(bash(timeout=20)), generate()],
        scorer=what_is_there(),
        sandbox=SandboxEnvironmentSpec("agentos", AgentOSSandboxConfig(limits={"memory": "256M", "max_pids": 50})),
    )


if __name__ == "__main__":
    (log,) = eval(chores(), model="agentos/default", display="none")
    for sample in log.samples or []:
        (result,) = (sample.scores or {}).values()
        print(f"{sample.id}: {result.value}: {result.answer}")
    if log.results is not None:
        print(f"accuracy {log.results.scores[0].metrics['accuracy'].value:.2f}")
