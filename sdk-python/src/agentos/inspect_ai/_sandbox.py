# SPDX-License-Identifier: MIT
"""Inspect's sandbox environment: one sandboxed agent of the kernel for each sample."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Awaitable
from contextlib import nullcontext
from typing import Any, ClassVar, Literal, TypeVar, overload

from inspect_ai._util.error import PrerequisiteError
from inspect_ai.util import (
    ExecResult,
    OutputLimitExceededError,
    SandboxEnvironment,
    SandboxEnvironmentConfigType,
    SandboxEnvironmentLimits,
    SandboxUnavailableError,
    SandboxUserUnsupportedError,
    concurrency,
    sandboxenv,
)
from pydantic import BaseModel
from typing_extensions import override

from agentos import AgentOSError, AsyncAgentOSClient, InvalidRequest, TransportError, Unavailable
from agentos._sandboxed import (
    Flood,
    Oversize,
    Place,
    UserUnknown,
    check_user,
    end_all,
    free_name,
    read_file,
    run,
    write_file,
)

from ._config import CONFIG_FILE, AgentOSSandboxConfig, load

_NAMES = "inspect"
_WORKING_FOLDER = "/workspace"
_POLLING_SECONDS = 0.2

Answer = TypeVar("Answer")


@sandboxenv(name="agentos")
class AgentOSSandboxEnvironment(SandboxEnvironment):
    """A sandboxed agent whose working folder is /workspace and whose one user is `agent`.

    The tools bash and python work in it. Processes end with the command that started them, and /proc shows nothing but
    processes: the server that Inspect puts into a sandbox for other tools (bash_session, text_editor, web_browser) and
    for exec_remote can't run there.
    """

    # Of all tasks of this process: those that live, and the folders that --no-sandbox-cleanup has kept.
    _living: ClassVar[dict[str, AgentOSSandboxEnvironment]] = {}

    def __init__(self, place: Place, config: AgentOSSandboxConfig) -> None:
        """Use a place that has been started."""
        super().__init__()
        self.place = place
        self._config = config

    @override
    @classmethod
    async def task_init(cls, task_name: str, config: SandboxEnvironmentConfigType | None) -> None:
        """See that there is a kernel, that we are its operator, and that the settings make sense."""
        try:
            settings = load(config)
            async with AsyncAgentOSClient(settings.kernel) as operator:
                role = operator.kernel.role
        except (AgentOSError, ValueError) as wrong:
            raise PrerequisiteError(f"{task_name} can't have sandboxes of AgentOS: {wrong}") from wrong
        except RuntimeError as wrong:
            raise PrerequisiteError(f"sandboxes of AgentOS need Inspect's asyncio backend: {wrong}") from wrong
        if role != "operator":
            raise PrerequisiteError("sandboxes of AgentOS are for operators to start; this is an agent of the kernel")

    @override
    @classmethod
    async def sample_init(
        cls, task_name: str, config: SandboxEnvironmentConfigType | None, metadata: dict[str, str]
    ) -> dict[str, SandboxEnvironment]:
        """Start the sample's agent."""
        settings = load(config)
        place = Place(
            free_name(_NAMES, task_name),
            mounts=[mount.model_dump() for mount in settings.mounts],
            permissions=settings.permissions,
            limits=settings.limits,
            network=settings.network,
            kernel=settings.kernel,
        )
        await place.start()
        environment = cls._living[place.name] = cls(place, settings)
        return {"default": environment}

    @override
    @classmethod
    async def sample_cleanup(
        cls,
        task_name: str,
        config: SandboxEnvironmentConfigType | None,
        environments: dict[str, SandboxEnvironment],
        interrupted: bool,
    ) -> None:
        """End the sample's agent, and remove its files."""
        for environment in environments.values():
            place = environment.as_type(AgentOSSandboxEnvironment).place
            cls._living.pop(place.name, None)
            await place.end()

    @override
    @classmethod
    async def task_cleanup(cls, task_name: str, config: SandboxEnvironmentConfigType | None, cleanup: bool) -> None:
        """End what is left; with --no-sandbox-cleanup keep its files, and say where."""
        while cls._living:
            _, environment = cls._living.popitem()
            await environment.place.end(keep=not cleanup)
            if not cleanup:
                print(f"{environment.place.name}: its files are in {environment.place.folder}")  # noqa: T201

    @override
    @classmethod
    async def cli_cleanup(cls, id: str | None) -> None:
        """End the agents of evaluations, or the one of that name or id; `inspect sandbox cleanup agentos [ID]`."""
        try:
            ended = await end_all(_NAMES, id)
        except AgentOSError as wrong:
            raise PrerequisiteError(f"no sandbox of AgentOS can be ended: {wrong}") from wrong
        print(f"ended: {', '.join(ended)}" if ended else "there is no such sandbox of AgentOS")  # noqa: T201

    @override
    @classmethod
    def config_files(cls) -> list[str]:
        """The file that sets up the sandboxes of the tasks beside it."""
        return [CONFIG_FILE]

    @override
    @classmethod
    def config_deserialize(cls, config: dict[str, Any]) -> BaseModel:
        """Read settings back from a log."""
        return AgentOSSandboxConfig.model_validate(config)

    @override
    async def exec(
        self,
        cmd: list[str],
        input: str | bytes | None = None,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        user: str | None = None,
        timeout: int | None = None,
        timeout_retry: bool = True,
        concurrency: bool = True,
    ) -> ExecResult[str]:
        """Run a command. One that takes too long is not tried again: that it did is the command's own doing.

        Without a timeout it may take an hour, which is also the most that a timeout is granted.
        """
        try:
            check_user(user)
        except UserUnknown as unknown:
            raise SandboxUserUnsupportedError(str(unknown)) from unknown
        most = SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE
        async with _turn() if concurrency else nullcontext():
            try:
                ran = await self._asked(
                    run(
                        await self._client(),
                        cmd,
                        given=input,
                        cwd=_absolute(cwd or ""),
                        env={**self._config.env, **(env or {})},
                        timeout=timeout,
                        most=most,
                    )
                )
            except Flood as flood:
                limit = SandboxEnvironmentLimits.MAX_EXEC_OUTPUT_SIZE_STR
                raise OutputLimitExceededError(limit, flood.stdout + flood.stderr) from None
        if ran.timed_out:
            expired = TimeoutError(f"Command timed out after {timeout or 'the longest time of'} seconds")
            expired.truncated_output = ran.stdout + ran.stderr  # type: ignore[attr-defined] # as Inspect's own do
            raise expired
        return ExecResult(ran.exit_code == 0, ran.exit_code, ran.stdout, ran.stderr)

    @override
    async def write_file(self, file: str, contents: str | bytes) -> None:
        """Write a file; one that is there keeps nothing, not even its mode."""
        content = contents.encode() if isinstance(contents, str) else contents
        await self._asked(write_file(await self._client(), _absolute(file), content))

    @overload
    async def read_file(self, file: str, text: Literal[True] = True) -> str: ...

    @overload
    async def read_file(self, file: str, text: Literal[False]) -> bytes: ...

    @override
    async def read_file(self, file: str, text: bool = True) -> str | bytes:
        """Read a file."""
        most = SandboxEnvironmentLimits.MAX_READ_FILE_SIZE
        try:
            content = await self._asked(read_file(await self._client(), _absolute(file), most))
        except Oversize:
            raise OutputLimitExceededError(SandboxEnvironmentLimits.MAX_READ_FILE_SIZE_STR, None) from None
        return content.decode() if text else content

    @override
    def default_polling_interval(self) -> float:
        """A call costs little here."""
        return _POLLING_SECONDS

    async def _client(self) -> AsyncAgentOSClient:
        return await self._asked(self.place.client())

    async def _asked(self, call: Awaitable[Answer]) -> Answer:
        """Tell a kernel that is gone, and a request that makes no sense, in Inspect's words."""
        try:
            return await call
        except (TransportError, Unavailable) as lost:
            raise SandboxUnavailableError(str(lost)) from lost
        except InvalidRequest as odd:
            raise ValueError(odd.error) from odd


def _turn() -> Any:
    """Bounds how many commands run at once on this host, over all samples."""
    return concurrency("agentos", max(8, 2 * (os.cpu_count() or 1)), visible=False)


def _absolute(path: str) -> str:
    return posixpath.join(_WORKING_FOLDER, path)
