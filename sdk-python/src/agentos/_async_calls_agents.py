# SPDX-License-Identifier: MIT
# Derived from _calls_agents.py by tools/make_async_client.py: change that file, then run the tool.
"""The calls about agents: starting, watching and ending them."""

from __future__ import annotations

from ._async_core import AsyncClientCore
from ._limits import ANSWER_MARGIN_SECONDS, CALL_SECONDS
from ._opcodes import Opcode
from ._payloads import given
from ._results import (
    AgentInfo,
    AgentMetrics,
    ExitRecord,
    KillResult,
    LogResult,
    MetricsResult,
    PauseResult,
    ResumeResult,
    SpawnResult,
    SystemMetrics,
)
from ._slots import OWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, overload

    from ._async_streams import AsyncStream
    from ._results import LogEntry

    # Named here because the class below has a method of the name `list`.
    AgentList = list[AgentInfo]


class AsyncAgentCalls(AsyncClientCore):
    """spawn, kill, list, wait, pause, resume, logs, and the calls that measure.

    An agent is named by its name or by its id: `kill("worker")`, `kill(name="worker")`, `kill(7)`, `kill(agent_id=7)`.
    """

    async def spawn(  # noqa: PLR0913 - one parameter for each field of the call
        self,
        name: str,
        script: str | None = None,
        sandboxed: bool = True,
        network: bool | Literal["none", "proxy", "host"] = False,
        limits: Mapping[str, Any] | None = None,
        *,
        command: Sequence[str] | None = None,
        args: Sequence[str] | None = None,
        python: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        permissions: Mapping[str, Any] | None = None,
        restart_policy: Literal["never", "on-failure", "always"] | None = None,
        max_restarts: int | None = None,
        restart_window: float | None = None,
        mounts: Sequence[Mapping[str, str]] | None = None,
        workspace: str | None = None,
        allow_syscalls: Sequence[str] | None = None,
        devices: Sequence[str] | None = None,
        llm_weight: int | None = None,
        openai: bool | None = None,
        freeze_while_waiting: bool | None = None,
    ) -> SpawnResult:
        """Start an agent: a process of its own, in a sandbox unless told otherwise.

        Args:
            name: how others call it; free again once it has ended.
            script: the Python program to run; or give `command`.
            sandboxed: whether it runs in namespaces of its own, seeing only what it is given.
            network: "proxy" for the kernel's HTTP proxy, which goes by the agent's permissions, in an otherwise empty
                network; "host" or True for the host's network; by default none.
            limits: `memory` and `memory_high` (bytes, or "256M"), `cpu` (cores) or `cpu_quota` (microseconds in
                100 ms), `max_pids`, `wall_time` (seconds), `nofile`.
            command: the program and its arguments, when it is no Python script.
            args: arguments for `script`.
            python: the interpreter for `script`.
            env: variables to add.
            cwd: where it starts.
            permissions: what it may ask of the kernel: `{"level": "readonly"}`, or any field of the permissions object.
            restart_policy: whether it is started again when it ends.
            max_restarts: how often, within `restart_window`, before it is given up (5).
            restart_window: seconds (300).
            mounts: more of the host's files to show it: `{"source": ..., "target": ..., "mode": "ro"}` each, or "rw";
                `{"target": ..., "mode": "tmpfs", "size": "64M"}` is an empty folder in memory.
            workspace: the folder that is its own.
            allow_syscalls: system calls that its sandbox would refuse, such as "ptrace".
            devices: character devices of the host that the kernel's configuration lists.
            llm_weight: 1 to 10000, of its share of the language model among its siblings' (100).
            openai: whether programs in it can ask the language model as OpenAI's clients do: OPENAI_BASE_URL is set,
                no key is needed, and what they ask counts as the agent's own.
            freeze_while_waiting: whether it stands still while it only waits for the language model, and gives back
                memory; `list` tells by `waiting`.

        Returns:
            Its id and pid, what isolates it and what enforces each limit.

        Raises:
            AlreadyExists: an agent of this name lives.
            NotFound: there is no such script or program.
            PermissionDenied: the caller may not start agents, or not with these rights.
        """
        fields = given(
            name=name,
            script=script,
            command=command,
            args=args,
            python=python,
            env=env,
            cwd=cwd,
            sandboxed=sandboxed,
            network=network,
            limits=limits,
            permissions=permissions,
            restart_policy=restart_policy,
            max_restarts=max_restarts,
            restart_window=restart_window,
            mounts=mounts,
            workspace=workspace,
            allow_syscalls=allow_syscalls,
            devices=devices,
            llm_weight=llm_weight,
            openai=openai,
            freeze_while_waiting=freeze_while_waiting,
        )
        return await self._call(Opcode.SPAWN, fields, SpawnResult)

    async def kill(
        self,
        name: str | int | None = None,
        agent_id: int | None = None,
        *,
        grace: float | None = None,
        signal: int | None = None,
    ) -> KillResult:
        """End an agent and everything it started.

        Args:
            name: the agent's name, or its id.
            agent_id: the agent's id.
            grace: seconds between asking it to end and ending it (5); 0 ends it at once.
            signal: the number of the signal that asks it; 15, SIGTERM, by default.

        Raises:
            NotFound: there is no such agent.
        """
        fields = {**_target(name, agent_id), **given(grace=grace, signal=signal)}
        return await self._call(Opcode.KILL, fields, KillResult, CALL_SECONDS + (grace or 0))

    async def list(self) -> AgentList:
        """List the agents that the caller may see."""
        return await self._call(Opcode.LIST, {}, _agents)

    async def wait(
        self, name: str | int | None = None, agent_id: int | None = None, *, timeout: float | None = None
    ) -> ExitRecord:
        """Wait for an agent to end, and return how it did.

        Args:
            name: the agent's name, or its id.
            agent_id: the agent's id.
            timeout: seconds to wait; by default as long as the kernel lets a call wait.

        Raises:
            NotFound: there is no such agent, and no record of it.
            TimedOut: it still runs.
        """
        fields = {**_target(name, agent_id), **given(timeout=timeout)}
        seconds = None if timeout is None else timeout + ANSWER_MARGIN_SECONDS
        return await self._call(Opcode.WAIT, fields, ExitRecord, seconds, OWN)

    async def pause(self, name: str | int | None = None, agent_id: int | None = None) -> PauseResult:
        """Make an agent stand still, with all its processes.

        Raises:
            NotFound: there is no such agent.
        """
        return await self._call(Opcode.PAUSE, _target(name, agent_id), PauseResult)

    async def resume(self, name: str | int | None = None, agent_id: int | None = None) -> ResumeResult:
        """Let a paused agent run again.

        Raises:
            NotFound: there is no such agent.
        """
        return await self._call(Opcode.RESUME, _target(name, agent_id), ResumeResult)

    if TYPE_CHECKING:

        @overload
        async def logs(
            self,
            name: str | int | None = None,
            agent_id: int | None = None,
            *,
            lines: int | None = None,
            since: float | None = None,
            follow: Literal[False] = False,
        ) -> LogResult: ...

        @overload
        async def logs(
            self,
            name: str | int | None = None,
            agent_id: int | None = None,
            *,
            lines: int | None = None,
            since: float | None = None,
            follow: Literal[True],
        ) -> AsyncStream[LogEntry, LogResult]: ...

    async def logs(
        self,
        name: str | int | None = None,
        agent_id: int | None = None,
        *,
        lines: int | None = None,
        since: float | None = None,
        follow: bool = False,
    ) -> LogResult | AsyncStream[LogEntry, LogResult]:
        """Return what an agent wrote to its standard output and error.

        Args:
            name: the agent's name, or its id.
            agent_id: the agent's id.
            lines: at most so many of the last ones.
            since: only those from this time on, in seconds since 1970.
            follow: answer with entries as they are written, until the agent has ended; see `AsyncStream`.

        Raises:
            NotFound: there is no such agent, and no log of it.
        """
        fields = {**_target(name, agent_id), **given(lines=lines, since=since, follow=follow or None)}
        if follow:
            from ._parts import LogReader

            return await self._stream(Opcode.LOGS, fields, LogReader(Opcode.LOGS, LogResult), None)
        return await self._call(Opcode.LOGS, fields, LogResult)

    async def metrics_agent(self, name: str | int | None = None, agent_id: int | None = None) -> AgentMetrics:
        """Return what is measured of an agent: what it uses, how its calls went, how long it stood still.

        Args:
            name: the agent's name, or its id. An agent that gives neither means itself.
            agent_id: the agent's id.

        Raises:
            NotFound: there is no such agent.
            InvalidRequest: an operator named none.
        """
        fields = {} if name is None and agent_id is None else _target(name, agent_id)
        return await self._call(Opcode.METRICS_AGENT, fields, AgentMetrics)

    async def metrics_all(self) -> MetricsResult:
        """Return the same of all living agents that the caller may see."""
        return await self._call(Opcode.METRICS_ALL, {}, MetricsResult)

    async def metrics_system(self) -> SystemMetrics:
        """Return what the kernel does and uses, and how all calls went since it started.

        Raises:
            PermissionDenied: the caller is an agent.
        """
        return await self._call(Opcode.METRICS_SYSTEM, {}, SystemMetrics)


def _target(name: str | int | None, agent_id: int | None) -> dict[str, Any]:
    if (name is None) == (agent_id is None):
        raise TypeError("an agent is named by its name or by its id: give one of the two")
    return {"name": name} if isinstance(name, str) else {"id": agent_id if name is None else name}


def _agents(answer: Any) -> AgentList:
    return [AgentInfo(agent) for agent in answer]
