# SPDX-License-Identifier: MIT
"""Harbor's environment: one sandboxed agent of the kernel for each trial."""

from __future__ import annotations

import asyncio
import io
import posixpath
import secrets
import shlex
import tarfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from harbor.environments.base import BaseEnvironment, ExecResult, SandboxBuildFailedError, transfer_tar_filter
from harbor.environments.capabilities import EnvironmentCapabilities, EnvironmentResourceCapabilities
from harbor.environments.definition import COMPOSE_FILE_NAME, DOCKERFILE_NAME
from typing_extensions import override

from agentos import AgentOSClient, AgentOSError
from agentos._sandboxed import (
    STAGING,
    Flood,
    Oversize,
    Place,
    check_user,
    free_name,
    read_file,
    run,
    write_file,
)

# Those of Harbor's own; each begins empty.
_FOLDERS = ("/logs", "/tests", "/solution", "/harbor", "/installed-agent")
_WORKING_FOLDER = "/app"
# Harbor's own commands are root's, where that is who owns the folders. Here it is the one user there is.
_ALIASES = ("root", "0")

_OUTPUT_BYTES_MOST = 64 << 20  # of each stream of a command
_FILE_BYTES_MOST = 1 << 30  # of a file, or of a folder's archive, that is downloaded
_TRANSFER_SECONDS = 600.0


class AgentOSEnvironment(BaseEnvironment):
    """A sandboxed agent with the task's limits, whose working folder is the task's `workdir`, or /app.

    Commands see this host's /usr and their own folders; processes end with the command that started them. There is
    one user, as whom also those commands run that Harbor wants done as root.
    """

    def __init__(
        self,
        *args: Any,
        host_network: bool = False,
        limits: Mapping[str, Any] | None = None,
        permissions: Mapping[str, Any] | None = None,
        kernel: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Prepare it.

        Args:
            args: Harbor's.
            host_network: whether a task with public network has the host's network, which is all of it.
            limits: more limits, as in SPAWN: max_pids, nofile, ...; memory and cpu come from the task.
            permissions: fields of the permissions object that differ; see AgentOSSandboxConfig of agentos.inspect_ai.
            kernel: the kernel's socket; by default the one that the SDK finds.
            kwargs: Harbor's.
        """
        self._host_network = host_network
        self._limits = dict(limits or {})
        self._permissions = dict(permissions or {})
        self._kernel = kernel
        self._place: Place | None = None
        self._refused = False
        super().__init__(*args, **kwargs)

    @staticmethod
    @override
    def type() -> str:
        """The name in Harbor's messages."""
        return "agentos"

    @classmethod
    @override
    def preflight(cls) -> None:
        """See that there is a kernel, and that we are its operator."""
        try:
            with AgentOSClient() as operator:
                role = operator.kernel.role
        except AgentOSError as absent:
            raise SystemExit(f"environments of AgentOS need a kernel: {absent}") from absent
        if role != "operator":
            raise SystemExit("environments of AgentOS are for operators to start; this is an agent of the kernel")

    @property
    @override
    def capabilities(self) -> EnvironmentCapabilities:
        """No network is what a sandbox has unless told otherwise."""
        return EnvironmentCapabilities(disable_internet=True)

    @classmethod
    @override
    def resource_capabilities(cls) -> EnvironmentResourceCapabilities:
        """The kernel holds limits, and reserves nothing."""
        return EnvironmentResourceCapabilities(cpu_limit=True, memory_limit=True)

    @override
    def _validate_definition(self) -> None:
        """Nothing yet: a task that is refused here would end the job with all its trials. `start` ends its own."""

    def _what_is_missing(self) -> str | None:
        """What the task needs that a sandbox of the kernel does not have, in a sentence."""
        config = self.task_env_config
        wants = [f"environment/{name}" for name in (DOCKERFILE_NAME, COMPOSE_FILE_NAME) if self._has(name)]
        wants += [f"docker_image = {config.docker_image!r}"] if config.docker_image else []
        if wants:
            return (
                f"{self.environment_name} needs an image ({', '.join(wants)}), and AgentOS has no Docker: it runs "
                "tasks that need no more than this host's programs and the files of their environment/ folder"
            )
        if self._network_is_public and not self._host_network:
            return (
                f'{self.environment_name} wants the network: say network_mode = "no-network" in its [environment], or '
                "let it use all of this host's network by --ek host_network=true"
            )
        other = next((mount for mount in self._mounts if mount["type"] != "bind"), None)
        if other is not None:
            return f"AgentOS mounts folders of the host only, not a {other['type']} at {other['target']}"
        return None

    def _has(self, name: str) -> bool:
        return (self.environment_dir / name).exists()

    @override
    async def start(self, force_build: bool) -> None:
        """Start the agent, and put the files of environment/ into the working folder.

        Raises:
            SandboxBuildFailedError: the task needs what a sandbox of the kernel does not have.
            AgentOSError: there is no kernel, or it refuses.
        """
        missing = self._what_is_missing()
        if missing is not None:
            self._refused = True
            self.logger.error(missing)
            raise SandboxBuildFailedError(missing)
        config = self.task_env_config
        given = {"memory": config.memory_mb and f"{config.memory_mb}M", "cpu": config.cpus}
        own, shown = self._folders()
        self._place = Place(
            free_name("harbor", self.session_id),
            folders=own,
            mounts=shown,
            permissions=self._permissions,
            limits={**{name: value for name, value in given.items() if value}, **self._limits},
            network=self._network_is_public,
            kernel=self._kernel,
        )
        await self._place.start()
        await self.ensure_dirs(self._mount_targets(writable_only=True))
        if self._enable_environment_dir_upload and self.environment_dir.is_dir():
            await self.upload_dir(self.environment_dir, self._workdir)

    def _folders(self) -> tuple[list[str], list[dict[str, str]]]:
        """The folders that are the sandbox's own, and those of the host that it is shown.

        Those that Harbor mounts for a trial's logs are the sandbox's own: they are downloaded in the end.
        """
        logs = str(self.trial_paths.trial_dir.resolve())
        shown = [
            {"source": mount["source"], "target": mount["target"], "mode": "ro" if mount.get("read_only") else "rw"}
            for mount in self._mounts
            if not Path(mount["source"]).is_relative_to(logs)
        ]
        own = [*_FOLDERS]
        if not any(_within(self._workdir, folder) for folder in (*own, "/workspace", "/tmp", STAGING)):  # noqa: S108
            own.append(self._workdir)
        return own, shown

    @property
    def _workdir(self) -> str:
        return self.task_env_config.workdir or _WORKING_FOLDER

    @override
    async def stop(self, delete: bool) -> None:
        """End the agent, and remove its files unless they are to be kept."""
        place, self._place = self._place, None
        if place is not None:
            await place.end(keep=not delete)
            if not delete:
                self.logger.info("the files of %s are kept in %s", place.name, place.folder)

    @override
    async def exec(
        self,
        command: str,
        cwd: str | None = None,
        env: dict[str, str] | None = None,
        timeout_sec: int | None = None,
        user: str | int | None = None,
    ) -> ExecResult:
        """Run a line of the shell; at most for an hour.

        Raises:
            RuntimeError: it takes longer than it may, or writes more than 64 MiB.
            ValueError: it is to run as a user whom a sandbox does not have.
        """
        check_user(self._resolve_user(user), _ALIASES)
        callback = self._output_callback()
        try:
            ran = await run(
                await self._client(),
                ["/bin/bash", "-c", command],
                cwd=posixpath.join(self._workdir, cwd or ""),
                env=self._merge_env(env),
                timeout=timeout_sec,
                most=_OUTPUT_BYTES_MOST,
                listener=None if callback is None else lambda stream, text: callback(text, _stream(stream)),
            )
        except Flood:
            raise RuntimeError(f"Command wrote more than {_OUTPUT_BYTES_MOST} bytes and was ended") from None
        if ran.timed_out:
            raise RuntimeError(f"Command timed out after {timeout_sec or 'the longest time of'} seconds")
        return ExecResult(stdout=ran.stdout, stderr=ran.stderr, return_code=ran.exit_code)

    @override
    async def upload_file(self, source_path: Path | str, target_path: str) -> None:
        """Copy a file of the host into the sandbox; whether it is a program is kept."""
        source = Path(source_path)
        client = await self._client()
        await write_file(client, target_path, await asyncio.to_thread(source.read_bytes))
        if source.stat().st_mode & 0o100:
            await self._do(f"chmod +x -- {shlex.quote(target_path)}")

    @override
    async def upload_dir(self, source_dir: Path | str, target_dir: str) -> None:
        """Copy what is in a folder of the host into one of the sandbox."""
        staged = _staged()
        await write_file(await self._client(), staged, await asyncio.to_thread(_pack, Path(source_dir)))
        target = shlex.quote(target_dir)
        await self._do(
            f"mkdir -p -- {target} && tar -xf {staged} --no-same-owner -C {target}; s=$?; rm {staged}; exit $s"
        )

    @override
    async def download_file(self, source_path: str, target_path: Path | str) -> None:
        """Copy a file of the sandbox to the host."""
        content = await self._read(source_path)
        target = Path(target_path)
        target.parent.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(target.write_bytes, content)

    @override
    async def download_dir(self, source_dir: str, target_dir: Path | str) -> None:
        """Copy what is in a folder of the sandbox into one of the host; of special files nothing."""
        if self._refused:
            return  # Harbor asks for the logs of a trial that never began, too.
        staged = _staged()
        await self._do(f"tar -cf {staged} -C {shlex.quote(source_dir)} .")
        try:
            content = await self._read(staged)
        finally:
            await self._do(f"rm {staged}")
        await asyncio.to_thread(_unpack, content, Path(target_dir))

    async def _read(self, path: str) -> bytes:
        try:
            return await read_file(await self._client(), path, _FILE_BYTES_MOST)
        except Oversize as oversize:
            raise RuntimeError(str(oversize)) from oversize

    async def _do(self, command: str) -> None:
        ran = await self.exec(command, timeout_sec=int(_TRANSFER_SECONDS), user="root")
        if ran.return_code != 0:
            raise RuntimeError(f"`{command}` ended with {ran.return_code}: {ran.stderr}")

    async def _client(self) -> Any:
        if self._place is None:
            raise RuntimeError("the environment is not started")
        return await self._place.client()


def _stream(name: str) -> Any:
    return name


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _staged() -> str:
    return f"{STAGING}/.harbor-{secrets.token_hex(8)}.tar"


def _pack(folder: Path) -> bytes:
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is no folder")
    packed = io.BytesIO()
    with closing(tarfile.open(fileobj=packed, mode="w")) as archive:
        archive.add(folder, arcname=".")
    return packed.getvalue()


def _unpack(content: bytes, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        archive.extractall(folder, filter=transfer_tar_filter)  # noqa: S202 - that is what the filter is for
