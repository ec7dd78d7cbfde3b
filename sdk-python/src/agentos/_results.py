# SPDX-License-Identifier: MIT
"""What calls return: dictionaries of the kernel's fields, whose fields are attributes too.

`result.content` and `result["content"]` are the same. An annotated field that may be None is None when the kernel left
it out; any other missing field raises AttributeError. A field that this SDK does not know yet is there all the same.
Where a field has the name of a dictionary's method (`keys`, `items`, ...), the method wins and `result["keys"]` is the
field.
"""

from __future__ import annotations

from ._errors import CommandFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Fields = dict[str, Any]
else:
    Fields = dict


class Result(Fields):
    """The answer to a call that succeeded; see the subclass for its fields."""

    __slots__ = ()
    # Fields that hold an object, or a list of objects, which read best as results of their own.
    _nested: dict[str, type[Result]] = {}  # noqa: RUF012 - typing.ClassVar costs an import at every start of an agent

    def __init__(self, *args: Any, **fields: Any) -> None:
        """Take the fields as `dict` does."""
        super().__init__(*args, **fields)
        for name, kind in self._nested.items():
            value = self.get(name)
            if isinstance(value, dict):
                self[name] = kind(value)
            elif isinstance(value, list):
                self[name] = [kind(item) if isinstance(item, dict) else item for item in value]

    if not TYPE_CHECKING:  # so that a type checker still knows a misspelt attribute from a declared one

        def __getattr__(self, name: str) -> Any:
            try:
                return self[name]
            except KeyError:
                pass
            for kind in type(self).__mro__:
                if getattr(kind, "__annotations__", {}).get(name, "").endswith("| None"):
                    return None
            raise AttributeError(f"{type(self).__name__} has no field {name!r}; its fields are {', '.join(self)}")

    def __repr__(self) -> str:
        """Type and fields."""
        return f"{type(self).__name__}({dict.__repr__(self)})"


class LlmUsage(Result):
    """Tokens that a THINK used."""

    __slots__ = ()
    input: int
    output: int
    thinking: int
    cached: int


class ThinkResult(Result):
    """An answer of the model. Times are milliseconds, `tokens` is the total, `cost` is in US dollars."""

    __slots__ = ()
    _nested = {"usage": LlmUsage}  # noqa: RUF012
    success: bool
    content: str
    tokens: int
    usage: LlmUsage
    model: str
    provider: str
    tool_calls: list[dict[str, Any]] | None
    finish_reason: str
    queue_ms: int
    latency_ms: int
    cost: float | None


class ThinkPart(Result):
    """A piece of an answer, as the model produced it."""

    __slots__ = ()
    content: str


class ReadResult(Result):
    """(Part of) a file. `size` is the whole file's in bytes; `truncated` says that `content` stops short of its end."""

    __slots__ = ()
    success: bool
    content: str
    size: int
    truncated: bool


class WriteResult(Result):
    """A file was written."""

    __slots__ = ()
    success: bool
    bytes_written: int


class ExecUsage(Result):
    """What a command used: milliseconds of CPU and of wall time, bytes of memory at its peak."""

    __slots__ = ()
    cpu_ms: int
    memory_peak: int
    wall_ms: int


class ExecResult(Result):
    """How a command ended. `success` is `exit_code == 0`; a status other than 0 is a result, not an exception."""

    __slots__ = ()
    _nested = {"usage": ExecUsage}  # noqa: RUF012
    success: bool
    stdout: str
    stderr: str
    exit_code: int
    signal: int | None
    timed_out: bool
    truncated: bool
    usage: ExecUsage

    def check(self) -> ExecResult:
        """Return itself.

        Raises:
            CommandFailed: the command ended with another status than 0.
        """
        if not self.get("success"):
            raise CommandFailed(self)
        return self


class ExecPart(Result):
    """Output of a command that is still running."""

    __slots__ = ()
    stdout: str | None
    stderr: str | None


class SpawnResult(Result):
    """An agent runs. `isolation` says what was applied, `limits` for each limit what was asked and what enforces it."""

    __slots__ = ()
    success: bool
    id: int
    agent_id: int
    name: str
    pid: int
    status: str
    isolation: dict[str, Any]
    limits: dict[str, Any]


class KillResult(Result):
    """An agent was ended."""

    __slots__ = ()
    success: bool
    killed: bool
    agent_id: int


class AgentInfo(Result):
    """An agent, as LIST shows it. Memory is bytes; `uptime_ms` and `cpu_ms` are milliseconds."""

    __slots__ = ()
    id: int
    name: str
    pid: int
    state: str
    running: bool
    uptime_ms: int
    parent: int | None
    restarts: int
    exit_code: int | None
    exit_reason: str | None
    memory_current: int
    memory_peak: int
    cpu_ms: int
    pids: int


class ExitRecord(Result):
    """How an agent ended. `exit_reason`: exited, signalled, oom, wall_time, killed, ..."""

    __slots__ = ()
    success: bool
    state: str
    exit_code: int | None
    signal: int | None
    exit_reason: str
    usage: dict[str, Any] | None


class PauseResult(Result):
    """An agent stands still."""

    __slots__ = ()
    success: bool
    paused: bool


class ResumeResult(Result):
    """An agent runs again."""

    __slots__ = ()
    success: bool
    resumed: bool


class LogEntry(Result):
    """A line that an agent wrote; `stream` is stdout or stderr."""

    __slots__ = ()
    time: Any
    stream: str
    line: str


class LogResult(Result):
    """Lines that an agent wrote, oldest first."""

    __slots__ = ()
    _nested = {"entries": LogEntry}  # noqa: RUF012
    success: bool
    entries: list[LogEntry]


class SendResult(Result):
    """A message was put into the mailbox of agent `delivered_to`."""

    __slots__ = ()
    success: bool
    delivered_to: int


class Message(Result):
    """A message that was received. Its sender is what the kernel knows, never what the sender claims."""

    __slots__ = ()
    from_name: str | None
    message: Any
    age_ms: int

    @property
    def sender(self) -> int:
        """The sender's agent id: the field `from`, whose name Python keeps for itself."""
        sender: int = self["from"]
        return sender


class RecvResult(Result):
    """Messages taken out of the own mailbox, oldest first."""

    __slots__ = ()
    _nested = {"messages": Message}  # noqa: RUF012
    success: bool
    messages: list[Message]
    count: int


class BroadcastResult(Result):
    """A message was put into `delivered_count` mailboxes."""

    __slots__ = ()
    success: bool
    delivered_count: int


class RegisterResult(Result):
    """The caller can now be reached by `name`."""

    __slots__ = ()
    success: bool
    agent_id: int
    name: str


class PermissionsResult(Result):
    """What an agent may do: the permissions object of the protocol."""

    __slots__ = ()
    success: bool
    permissions: dict[str, Any]


class HttpResult(Result):
    """An HTTP answer. Any status is a result; `encoding` says whether `body` is text or base64."""

    __slots__ = ()
    success: bool
    status_code: int
    headers: dict[str, Any]
    body: str
    encoding: str
    truncated: bool


class HelloResult(Result):
    """What the kernel said of itself. `limits["max_payload"]` is the largest payload in bytes."""

    __slots__ = ()
    success: bool
    protocol_version: int
    kernel_version: str
    agent_id: int
    features: list[str]
    limits: dict[str, Any]
