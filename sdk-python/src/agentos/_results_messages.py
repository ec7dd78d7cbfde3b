# SPDX-License-Identifier: MIT
"""What the calls return that act as their caller: messages, events, permissions, the LLM's books, the audit log."""

from __future__ import annotations

from ._results import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


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
    """A message was put into `delivered_count` mailboxes; `refused_count` more were full."""

    __slots__ = ()
    success: bool
    delivered_count: int
    refused_count: int | None


class SubscribeResult(Result):
    """All event types and beginnings of types that the caller hears of now, sorted."""

    __slots__ = ()
    success: bool
    subscribed: list[str]


class Event(Result):
    """Something that happened. `source_agent_id`: whom it concerns, or who emitted it; 0 is the kernel as a whole."""

    __slots__ = ()
    type: str
    data: Any
    source_agent_id: int
    age_ms: int


class PollEventsResult(Result):
    """Events taken out of the caller's queue, oldest first; `dropped` more were lost since the last call."""

    __slots__ = ()
    _nested = {"events": Event}  # noqa: RUF012
    success: bool
    events: list[Event]
    count: int
    dropped: int


class EmitResult(Result):
    """An event was put into `delivered_count` queues."""

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


class LlmStatusResult(Result):
    """How the language model is shared now; the fields of each entry are those of LLM_STATUS in docs/protocol.md."""

    __slots__ = ()
    success: bool
    running: int
    waiting: int
    concurrency: int
    service: dict[str, Any]
    models: list[dict[str, Any]]
    shares: list[dict[str, Any]]
    budgets: list[dict[str, Any]] | None


class LlmDecision(Result):
    """What was decided about a request `at_ms` milliseconds after it came: `what`, in a word, and `why`."""

    __slots__ = ()
    at_ms: int
    what: str
    why: str


class LlmRequest(Result):
    """One request for the language model; `line` has the ids of its caller and of those that spawned it."""

    __slots__ = ()
    _nested = {"decisions": LlmDecision}  # noqa: RUF012
    number: int
    agent_id: int
    agent: str
    line: list[int]
    decisions: list[LlmDecision]


class LlmTraceResult(Result):
    """The latest requests, the oldest first."""

    __slots__ = ()
    _nested = {"requests": LlmRequest}  # noqa: RUF012
    success: bool
    requests: list[LlmRequest]


class LlmDayUsage(Result):
    """What an agent and all below it spent at a model on a day (UTC), in tokens; `cost` in US dollars."""

    __slots__ = ()
    day: str
    agent: str
    model: str
    calls: int
    input: int
    output: int
    thinking: int
    cached: int
    cost: float


class LlmUsageResult(Result):
    """The latest day first."""

    __slots__ = ()
    _nested = {"usage": LlmDayUsage}  # noqa: RUF012
    success: bool
    usage: list[LlmDayUsage]


class AuditEntry(Result):
    """One decision of the kernel.

    `decision` is allowed, denied, failed or abandoned; `hash` ties the entry to the one before, whose is `previous`.
    """

    __slots__ = ()
    id: int
    time_ms: int
    agent_id: int
    agent: str
    category: str
    decision: str
    subject: str
    reason: str
    previous: str
    hash: str


class AuditResult(Result):
    """Entries of the audit log, the oldest first."""

    __slots__ = ()
    _nested = {"entries": AuditEntry}  # noqa: RUF012
    success: bool
    entries: list[AuditEntry]
