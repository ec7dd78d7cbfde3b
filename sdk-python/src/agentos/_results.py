# SPDX-License-Identifier: MIT
"""What calls return: dictionaries of the kernel's fields, whose fields are attributes too.

`result.content` and `result["content"]` are the same. An annotated field that may be None is None when the kernel left
it out; any other missing field raises AttributeError. A field that this SDK does not know yet is there all the same.
Where a field has the name of a dictionary's method (`keys`, `items`, ...), the method wins and `result["keys"]` is the
field.
"""

from __future__ import annotations

from binascii import a2b_base64

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
    encoding: str

    @property
    def data(self) -> bytes:
        """The content as bytes, in whichever encoding it came."""
        return _bytes(self.content, self.get("encoding"))


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
    oom: bool
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
    """Output of a command that is still running; `stream` is stdout or stderr."""

    __slots__ = ()
    stream: str
    data: str


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
    """An agent was ended, and nothing of it is left."""

    __slots__ = ()
    success: bool
    killed: bool
    agent_id: int
    exit_reason: str | None


class AgentInfo(Result):
    """An agent, as LIST shows it: memory in bytes, times in milliseconds, `cpu_limit` in cores.

    `state`: starting, running, paused, stopping, backoff (it will be started again), exited, failed. `waiting`: it
    stands still, as it only waits for the language model.
    """

    __slots__ = ()
    id: int
    name: str
    pid: int
    state: str
    running: bool
    sandboxed: bool
    uptime_ms: int
    parent: int | None
    restarts: int
    exit_code: int | None
    exit_reason: str | None
    detail: str | None
    level: str
    memory_current: int
    memory_peak: int
    memory_limit: int | None
    cpu_ms: int
    cpu_limit: float | None
    pids: int
    waiting: bool


class CallMetrics(Result):
    """The system calls of one kind. Times are milliseconds; `ended` counts those too that `failed` or were `abandoned`.

    `within[i]` is how many took at most `bounds_ms[i]`, and longer than the bound before; the last took longer still.
    """

    __slots__ = ()
    call: str
    under_way: int
    ended: int
    failed: int
    abandoned: int
    total_ms: float
    longest_ms: float
    within: list[int]


class AgentMetrics(AgentInfo):
    """What is measured of one agent: LIST's fields, how long this run stood still, and how its calls went.

    `failures` says why some failed, by error code; `llm` is its share of the model, None until it asks for something.
    """

    __slots__ = ()
    _nested = {"calls": CallMetrics}  # noqa: RUF012
    throttled_ms: int
    paused_ms: int
    waiting_ms: int
    mailbox: int
    calls: list[CallMetrics]
    failures: dict[str, int]
    llm: dict[str, Any] | None


class MetricsResult(Result):
    """What is measured of all living agents that the caller may see."""

    __slots__ = ()
    _nested = {"agents": AgentMetrics}  # noqa: RUF012
    success: bool
    agents: list[AgentMetrics]
    bounds_ms: list[float]


class SystemMetrics(Result):
    """What the kernel does and uses; the fields of each object are those of METRICS_SYSTEM in docs/protocol.md."""

    __slots__ = ()
    _nested = {"calls": CallMetrics}  # noqa: RUF012
    success: bool
    version: str
    agents: dict[str, int]
    ends: dict[str, int]
    connections: dict[str, int]
    events: dict[str, int]
    llm: dict[str, Any]
    calls: list[CallMetrics]
    failures: dict[str, int]
    bounds_ms: list[float]
    kernel: dict[str, int]
    host: dict[str, Any]


class ExitRecord(Result):
    """How an agent ended. `exit_reason`: exited, signalled, oom, wall_time, killed, ...; `detail` is a sentence.

    `exit_code` is 128 + `signal` for one that a signal ended; `signal` is 0 otherwise.
    """

    __slots__ = ()
    _nested = {"usage": ExecUsage}  # noqa: RUF012
    success: bool
    id: int
    name: str
    state: str
    exit_code: int
    signal: int
    exit_reason: str
    detail: str
    restarts: int
    usage: ExecUsage


class PauseResult(Result):
    """An agent stands still."""

    __slots__ = ()
    success: bool
    paused: bool
    agent_id: int


class ResumeResult(Result):
    """An agent runs again."""

    __slots__ = ()
    success: bool
    resumed: bool
    agent_id: int


class LogEntry(Result):
    """A line that an agent wrote, `time` milliseconds after 1970 began.

    `stream` is stdout, stderr, or kernel for what the kernel has to say about the agent.
    """

    __slots__ = ()
    seq: int
    time: int
    stream: str
    line: str


class LogResult(Result):
    """Lines that an agent wrote, oldest first. `skipped` of them came faster than they were read, and are missing."""

    __slots__ = ()
    _nested = {"entries": LogEntry}  # noqa: RUF012
    success: bool
    entries: list[LogEntry]
    skipped: int | None


class HttpResult(Result):
    """An HTTP answer. Any status is a result; `encoding` says whether `body` is text or base64."""

    __slots__ = ()
    success: bool
    status_code: int
    headers: dict[str, Any]
    body: str
    encoding: str
    truncated: bool

    @property
    def data(self) -> bytes:
        """The body as bytes, in whichever encoding it came."""
        return _bytes(self.body, self.get("encoding"))


class HelloResult(Result):
    """What the kernel said of itself, and of the caller: `role` is agent or operator.

    `features` names the calls that it has; `limits["max_payload"]` is the largest payload in bytes.
    """

    __slots__ = ()
    success: bool
    protocol_version: int
    kernel_version: str
    agent_id: int
    role: str | None
    features: list[str]
    limits: dict[str, Any]


def _bytes(text: str, encoding: str | None) -> bytes:
    return a2b_base64(text) if encoding == "base64" else text.encode()
