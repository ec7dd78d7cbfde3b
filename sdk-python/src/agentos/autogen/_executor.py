# SPDX-License-Identifier: MIT
"""The kernel's sandbox as an AutoGen code executor."""

from __future__ import annotations

import asyncio
import re
import secrets
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autogen_core import CancellationToken, Component
from autogen_core.code_executor import CodeBlock, CodeExecutor, CodeResult
from pydantic import BaseModel
from typing_extensions import Self

from agentos import AgentOSError, AsyncAgentOSClient, ExecResult, tools
from agentos._acting import Agent, Identity

# What runs a file of a language, and how such files end.
_LANGUAGES = MappingProxyType(
    {
        **dict.fromkeys(("python", "py", "python3"), ("/usr/bin/python3", "py")),
        **dict.fromkeys(("sh", "shell"), ("/bin/sh", "sh")),
        "bash": ("/bin/bash", "sh"),
    }
)
_NAMED = re.compile(r"# *filename: *(\S+)")
_TIMED_OUT = 124  # as of timeout(1), and of AutoGen's other executors
_FAILED = 1


@dataclass
class AgentOSCodeResult(CodeResult):
    """How code ended.

    Attributes:
        exit_code: 0 when all blocks succeeded, 124 when one took too long, 128 + N when signal N ended it.
        output: what they wrote to standard output and error, in order; head and tail of it when it is long.
        code_file: the file that the last one was run from, below the working folder.
    """

    code_file: str | None = None


class AgentOSCodeExecutorConfig(BaseModel):
    """The settings of AgentOSCodeExecutor; see there."""

    work_dir: str | None = None
    timeout: float = 60
    limits: dict[str, Any] = {}
    permissions: dict[str, Any] = {}
    network: bool = False
    name: str | None = None
    socket_path: str | None = None


class AgentOSCodeExecutor(CodeExecutor, Component[AgentOSCodeExecutorConfig]):
    """Runs code blocks as one sandboxed agent of the kernel, in a folder of its own; Python and shell.

    Files stay from block to block, processes do not. A first line `# filename: NAME` names the file of a block. Within
    an agent that is in a sandbox itself, code runs in that one, and all settings but work_dir and timeout are that
    agent's.
    """

    component_config_schema = AgentOSCodeExecutorConfig
    component_provider_override = "agentos.autogen.AgentOSCodeExecutor"

    def __init__(self, work_dir: str | Path | None = None, **settings: Any) -> None:
        """Prepare it; `start`, or an `async with` statement, starts the agent.

        Args:
            work_dir: an existing folder to work in, which the code sees as /workspace; a new one when None, which is
                removed in the end.
            settings: by name
                timeout: seconds that a block may take (60).
                limits: of the agent, as in SPAWN: memory, cpu, max_pids.
                permissions: fields of the permissions object that differ from those of the level "sandboxed".
                network: whether code may use the host's network (False).
                name: the agent's name, unique among the living.
                socket_path: the kernel's socket; by default the one that AgentOSClient finds.

        Raises:
            ValueError: a setting is unknown or of the wrong type.
        """
        unknown = settings.keys() - AgentOSCodeExecutorConfig.model_fields.keys()
        if unknown:
            raise ValueError(f"AgentOSCodeExecutor takes no {', '.join(sorted(unknown))}")
        self._config = AgentOSCodeExecutorConfig(work_dir=None if work_dir is None else str(work_dir), **settings)
        if not self._config.timeout > 0:
            raise ValueError(f"timeout must be a number of seconds above 0, was {self._config.timeout}")
        self._held: AsyncExitStack | None = None
        self._caller: _Caller | None = None

    async def start(self) -> None:
        """Start the agent.

        Raises:
            AgentOSError: there is no kernel, or it refuses.
            ValueError: work_dir is no folder.
        """
        if self._held is not None:
            return
        async with AsyncExitStack() as held:
            self._caller = await _open(self._config, held)
            self._held = held.pop_all()

    async def stop(self) -> None:
        """End the agent with all it runs, and remove the folder if it was a new one."""
        held, self._held, self._caller = self._held, None, None
        if held is not None:
            await held.aclose()

    async def restart(self) -> None:
        """End the agent and start a new one; the files stay."""
        if self._caller is not None:
            await self._caller.restart()

    async def execute_code_blocks(
        self, code_blocks: Sequence[CodeBlock], cancellation_token: CancellationToken
    ) -> AgentOSCodeResult:
        """Run blocks one after the other, until one fails.

        Args:
            code_blocks: what to run.
            cancellation_token: ends the one that runs, with all it started.

        Returns:
            How it ended. A language that is not known, a timeout, a refusal of the kernel and its loss are outputs
            too, with another exit code than 0: they are for the model to read.

        Raises:
            ValueError: it was not started, or there are no blocks.
            CancelledError: it was cancelled.
        """
        if self._caller is None:
            raise ValueError("the executor is not started: use it in an `async with` statement, or call start()")
        if not code_blocks:
            raise ValueError("there are no code blocks to execute")
        run = asyncio.ensure_future(self._run(self._caller, code_blocks))
        cancellation_token.link_future(run)
        return await run

    async def _run(self, caller: _Caller, blocks: Sequence[CodeBlock]) -> AgentOSCodeResult:
        outputs: list[str] = []
        result = AgentOSCodeResult(0, "")
        for block in blocks:
            try:
                result = await self._run_block(caller, block)
            except AgentOSError as error:
                result = AgentOSCodeResult(_FAILED, tools.explain(error))
            outputs.append(result.output)
            if result.exit_code != 0:
                break
        result.output = tools.shorten("".join(outputs), tools.TEXT_CHARACTERS)
        return result

    async def _run_block(self, caller: _Caller, block: CodeBlock) -> AgentOSCodeResult:
        known = _LANGUAGES.get(block.language.lower())
        if known is None:
            return AgentOSCodeResult(
                _FAILED, f"unknown language {block.language!r}; known are {', '.join(_LANGUAGES)}\n"
            )
        program, ending = known
        client = await caller.client()
        name = _file_name(block.code, ending)
        await client.write(f"{caller.folder}/{name}", block.code)
        # One stream, so that errors stand where they happened.
        command = ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", program, name]
        ran = await client.exec(command, cwd=caller.folder, timeout=self._config.timeout)
        return AgentOSCodeResult(_TIMED_OUT if ran.timed_out else ran.exit_code, ran.stdout + _note(ran), name)

    def _to_config(self) -> AgentOSCodeExecutorConfig:
        return self._config

    @classmethod
    def _from_config(cls, config: AgentOSCodeExecutorConfig) -> Self:
        return cls(**config.model_dump())


class _Caller:
    """Who runs the code, and where; this is an agent that is in its sandbox already."""

    def __init__(self, client: AsyncAgentOSClient, folder: str) -> None:
        self._client = client
        self.folder = folder

    async def client(self) -> AsyncAgentOSClient:
        return self._client

    async def restart(self) -> None:
        """There is nothing that lives on between blocks."""


class _Started(_Caller):
    """One that is started for it by an operator, and again when it has ended."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.folder = agent.identity.working_folder

    async def client(self) -> AsyncAgentOSClient:
        return await self._agent.client()

    async def restart(self) -> None:
        await self._agent.end()
        await self._agent.client()


async def _open(config: AgentOSCodeExecutorConfig, held: AsyncExitStack) -> _Caller:
    client = await held.enter_async_context(AsyncAgentOSClient(config.socket_path))
    inside = client.kernel.role == "agent"
    if inside and not await _is_sandboxed(client):
        raise ValueError("code is only run in a sandbox, and this agent has none; start it as an operator's program")
    folder = config.work_dir or held.enter_context(tempfile.TemporaryDirectory(prefix="agentos-code-"))
    if not Path(folder).is_dir():
        raise ValueError(f"work_dir must be a folder; {folder} is none")
    if inside:
        return _Caller(client, str(Path(folder).resolve()))
    await client.close()
    agent = Agent(
        Identity(
            name=config.name or f"code-{secrets.token_hex(4)}",
            level="sandboxed",
            workspace=Path(folder).resolve(),
            permissions=config.permissions,
            limits=config.limits,
            network=config.network,
            kernel=config.socket_path,
        )
    )
    held.push_async_callback(agent.end)
    await agent.client()
    return _Started(agent)


async def _is_sandboxed(client: AsyncAgentOSClient) -> bool:
    return any(agent.sandboxed for agent in await client.list() if agent.id == client.kernel.agent_id)


def _file_name(code: str, ending: str) -> str:
    named = _NAMED.match(code)
    return named[1] if named else f"tmp_code_{sha256(code.encode(errors='replace')).hexdigest()[:16]}.{ending}"


def _note(ran: ExecResult) -> str:
    if ran.timed_out:
        return "\nTimeout: it took too long and was ended"
    if ran.get("oom"):
        return "\nit ran out of memory and was ended"
    return "\n[the output was longer than the kernel keeps; its end is missing]" if ran.truncated else ""
