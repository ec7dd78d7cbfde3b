# SPDX-License-Identifier: MIT
# Derived from _calls_work.py by tools/make_async_client.py: change that file, then run the tool.
"""The calls by which an agent works: the model, files, commands, the web."""

from __future__ import annotations

from binascii import b2a_base64

from ._async_core import AsyncClientCore
from ._limits import ANSWER_MARGIN_SECONDS, CALL_SECONDS, EXEC_SECONDS, THINK_SECONDS
from ._opcodes import Opcode
from ._payloads import given
from ._results import ExecPart, ExecResult, HttpResult, ReadResult, ThinkPart, ThinkResult, WriteResult
from ._slots import OWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, overload

    from typing_extensions import Unpack

    from ._async_streams import AsyncStream
    from ._options import ExecOptions, ThinkOptions


class AsyncWorkCalls(AsyncClientCore):
    """think, read, write, exec, http."""

    if TYPE_CHECKING:

        @overload
        async def think(
            self, prompt: str | None = None, *, stream: Literal[False] = False, **options: Unpack[ThinkOptions]
        ) -> ThinkResult: ...

        @overload
        async def think(
            self, prompt: str | None = None, *, stream: Literal[True], **options: Unpack[ThinkOptions]
        ) -> AsyncStream[ThinkPart, ThinkResult]: ...

    async def think(  # noqa: PLR0913 - one parameter for each field of the call
        self,
        prompt: str | None = None,
        *,
        messages: Sequence[Mapping[str, Any]] | None = None,
        image: bytes | Mapping[str, str] | None = None,
        image_mime_type: str = "image/jpeg",
        images: Sequence[Mapping[str, str]] | None = None,
        system_instruction: str | None = None,
        model: str | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        presence_penalty: float | None = None,
        frequency_penalty: float | None = None,
        seed: int | None = None,
        max_tokens: int | None = None,
        stop: Sequence[str] | None = None,
        thinking_level: Literal["low", "medium", "high"] | None = None,
        tools: Sequence[Mapping[str, Any]] | None = None,
        tool_choice: Literal["auto", "none", "required"] | Mapping[str, str] | None = None,
        response_schema: Mapping[str, Any] | None = None,
        priority: int | None = None,
        timeout: float | None = None,
        stream: bool = False,
    ) -> ThinkResult | AsyncStream[ThinkPart, ThinkResult]:
        """Ask the language model.

        Args:
            prompt: the question; or give `messages`.
            messages: a conversation, `{"role": "user", "content": "..."}` each, oldest first.
            image: a picture to look at: its bytes, or `{"data": <base64>, "mime_type": "image/png"}`.
            image_mime_type: what `image` is, when it is bytes.
            images: several pictures, in the second form.
            system_instruction: how the model is to behave.
            model: which model; the kernel's default otherwise.
            temperature: how freely it may answer, 0 to 2.
            top_p: draw from the likeliest words only that have this share, 0 to 1.
            presence_penalty: how much it shall avoid words that it has used, -2 to 2; Anthropic has none.
            frequency_penalty: how much it shall avoid them the more it has used them, -2 to 2; likewise.
            seed: makes the same question likelier to get the same answer, where the provider has such.
            max_tokens: how long the answer may be.
            stop: at most four texts; the answer ends before the first that comes.
            thinking_level: how much it may think first.
            tools: functions that it may ask for: `name`, `description`, `parameters` (JSON schema).
            tool_choice: whether it calls any: "auto" (it decides), "none", "required", or `{"name": ...}` for that one.
            response_schema: a JSON schema that the answer must fit.
            priority: the place in the kernel's queue.
            timeout: seconds, the wait in the kernel's queue included.
            stream: answer in pieces as they are produced; see `AsyncStream`.

        Raises:
            QuotaExceeded: the agent's tokens or calls are used up.
            ResourceExhausted: the provider limits the rate; `details` may have `retry_after_ms`.
            TimedOut: no answer within `timeout`.
            Unavailable: no model can be reached.
            Unsupported: the provider can't be asked with one of these; the sentence names both.
        """
        if isinstance(image, bytes):
            image = {"data": b2a_base64(image, newline=False).decode(), "mime_type": image_mime_type}
        fields = given(
            prompt=prompt,
            messages=messages,
            image=image,
            images=images,
            system_instruction=system_instruction,
            model=model,
            temperature=temperature,
            top_p=top_p,
            presence_penalty=presence_penalty,
            frequency_penalty=frequency_penalty,
            seed=seed,
            max_tokens=max_tokens,
            stop=stop,
            thinking_level=thinking_level,
            tools=tools,
            tool_choice=tool_choice,
            response_schema=response_schema,
            priority=priority,
            timeout=timeout,
            stream=stream or None,
        )
        seconds = THINK_SECONDS if timeout is None else timeout + ANSWER_MARGIN_SECONDS
        if stream:
            from ._parts import PartReader

            return await self._stream(Opcode.THINK, fields, PartReader(Opcode.THINK, ThinkPart, ThinkResult), seconds)
        return await self._call(Opcode.THINK, fields, ThinkResult, seconds, OWN)

    async def think_stream(
        self, prompt: str | None = None, **options: Unpack[ThinkOptions]
    ) -> AsyncStream[ThinkPart, ThinkResult]:
        """Ask the language model and read its answer while it is produced; takes what `think` takes."""
        return await self.think(prompt, stream=True, **options)

    async def read(
        self,
        path: str,
        *,
        offset: int | None = None,
        limit: int | None = None,
        encoding: Literal["utf-8", "base64"] | None = None,
    ) -> ReadResult:
        """Read a file.

        Args:
            path: an absolute path, as the caller sees it: `/workspace/...` inside a sandbox.
            offset: bytes to skip.
            limit: the most bytes to return; the kernel has a limit of its own (see `truncated`).
            encoding: "base64" for a file that is no UTF-8 text.

        Raises:
            NotFound: there is no such file.
            PermissionDenied: it is outside what this agent may read.
        """
        fields = given(path=path, offset=offset, limit=limit, encoding=encoding)
        return await self._call(Opcode.READ, fields, ReadResult)

    async def write(
        self,
        path: str,
        content: str | bytes,
        mode: Literal["write", "append", "create"] = "write",
        *,
        sync: bool = False,
    ) -> WriteResult:
        """Write a file.

        Args:
            path: an absolute path, as the caller sees it: `/workspace/...` inside a sandbox.
            content: text, stored as UTF-8, or bytes.
            mode: "write" replaces what is there, "append" adds to it, "create" refuses if there is a file.
            sync: whether it has to survive a crash of the machine once this returns; costs the disk's time.

        Raises:
            AlreadyExists: mode is "create" and there is one.
            PermissionDenied: it is outside what this agent may write.
        """
        fields = given(path=path, content=content, mode=mode, sync=sync or None)
        if isinstance(content, bytes):
            fields.update(content=b2a_base64(content, newline=False).decode(), encoding="base64")
        return await self._call(Opcode.WRITE, fields, WriteResult)

    if TYPE_CHECKING:

        @overload
        async def exec(
            self,
            command: str | Sequence[str],
            cwd: str | None = None,
            timeout: float | None = None,
            *,
            stream: Literal[False] = False,
            **options: Unpack[ExecOptions],
        ) -> ExecResult: ...

        @overload
        async def exec(
            self,
            command: str | Sequence[str],
            cwd: str | None = None,
            timeout: float | None = None,
            *,
            stream: Literal[True],
            **options: Unpack[ExecOptions],
        ) -> AsyncStream[ExecPart, ExecResult]: ...

    async def exec(  # noqa: PLR0913 - one parameter for each field of the call
        self,
        command: str | Sequence[str],
        cwd: str | None = None,
        timeout: float | None = None,
        *,
        env: Mapping[str, str] | None = None,
        stdin: str | None = None,
        limits: Mapping[str, Any] | None = None,
        stream: bool = False,
        check: bool = False,
    ) -> ExecResult | AsyncStream[ExecPart, ExecResult]:
        """Run a command, inside this agent's sandbox if it has one.

        A command that ends with another status than 0 is a result whose `success` is False, not an exception, unless
        `check` is set. A command that may not run, or cannot be started, is an exception.

        Args:
            command: a line for the shell, or a list of words that no shell sees.
            cwd: the folder to run it in, an absolute path.
            timeout: seconds until it is killed (30 by default); then `timed_out` is True.
            env: variables to add.
            stdin: what it reads.
            limits: `memory` (bytes, or "256M") and `max_pids` of the command, within the agent's; a command that
                runs out of memory is ended without its agent, and `oom` is True.
            stream: answer with its output as it is written; see `AsyncStream`.
            check: raise CommandFailed when the status is not 0.

        Raises:
            PermissionDenied: this agent may not run it.
            CommandFailed: `check` is set and the status is not 0.
        """
        words = {"command": command} if isinstance(command, str) else {"argv": [*command]}
        fields = given(**words, cwd=cwd, timeout=timeout, env=env, stdin=stdin, limits=limits, stream=stream or None)
        seconds = (EXEC_SECONDS if timeout is None else timeout) + ANSWER_MARGIN_SECONDS
        result = _checked if check else ExecResult
        if stream:
            from ._parts import PartReader

            return await self._stream(Opcode.EXEC, fields, PartReader(Opcode.EXEC, ExecPart, result), seconds)
        return await self._call(Opcode.EXEC, fields, result, seconds, OWN)

    async def exec_stream(
        self,
        command: str | Sequence[str],
        cwd: str | None = None,
        timeout: float | None = None,
        **options: Unpack[ExecOptions],
    ) -> AsyncStream[ExecPart, ExecResult]:
        """Run a command and read its output while it is written; takes what `exec` takes."""
        return await self.exec(command, cwd, timeout, stream=True, **options)

    async def http(
        self,
        url: str,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        timeout: float | None = None,
    ) -> HttpResult:
        """Make an HTTP request through the kernel, which judges the host. Any status is a result.

        Args:
            url: http or https.
            method: GET, POST, ...
            headers: to add.
            body: to send.
            timeout: seconds for all of it, redirects included.

        Raises:
            PermissionDenied: the host is not among this agent's domains.
            TimedOut: no answer within `timeout`.
            Unavailable: the host cannot be reached.
        """
        fields = given(url=url, method=method, headers=headers, body=body, timeout=timeout)
        seconds = CALL_SECONDS if timeout is None else timeout + ANSWER_MARGIN_SECONDS
        return await self._call(Opcode.HTTP, fields, HttpResult, seconds, OWN)


def _checked(answer: dict[str, Any]) -> ExecResult:
    return ExecResult(answer).check()
