# SPDX-License-Identifier: MIT
"""The calls that act as their caller: messages, names, permissions, and the connection itself.

The kernel knows a caller by its connection. All connections of an agent are that agent. Each connection of an operator
(anything outside a sandbox) is somebody else, with a name and a mailbox of its own; so an operator's calls of this
module always use the client's primary connection, one after the other. A `recv(wait=30)` of an operator then holds up
the `send` that comes after it: use two clients where that matters.
"""

from __future__ import annotations

from ._core import ClientCore
from ._failures import not_echoed
from ._limits import ANSWER_MARGIN_SECONDS, CALL_SECONDS
from ._opcodes import Opcode
from ._payloads import decode_hello, encode_hello, given
from ._results import (
    HelloResult,
    Result,
)
from ._results_messages import (
    AuditResult,
    BroadcastResult,
    EmitResult,
    LlmStatusResult,
    LlmTraceResult,
    LlmUsageResult,
    PermissionsResult,
    PollEventsResult,
    RecvResult,
    RegisterResult,
    SendResult,
    SubscribeResult,
)
from ._slots import ANY, IDENTITY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def _patience(wait: bool | float | None) -> float | None:
    """How long the client waits for the answer of a call that waits: None is as long as it takes."""
    if wait is True:
        return None
    return wait + ANSWER_MARGIN_SECONDS if wait else CALL_SECONDS


class MessageCalls(ClientCore):
    """Messages, names, events, noop, echo, hello, exit, and the calls about permissions, audit and the LLM."""

    def register(self, name: str) -> RegisterResult:
        """Take a name, by which others can send messages to the caller.

        Raises:
            AlreadyExists: somebody else has it.
        """
        return self._call(Opcode.REGISTER, {"name": name}, RegisterResult, CALL_SECONDS, IDENTITY)

    def send(self, to: int | str, message: Any) -> SendResult:
        """Put a message into somebody's mailbox. Returns once it is there, not once it is read.

        Args:
            to: the receiver's id, or its name.
            message: anything that JSON can say.

        Raises:
            NotFound: there is no such receiver.
            ResourceExhausted: its mailbox is full; try again once it has read some.
        """
        receiver = {"to_name": to} if isinstance(to, str) else {"to": to}
        return self._call(Opcode.SEND, {**receiver, "message": message}, SendResult, CALL_SECONDS, IDENTITY)

    def recv(
        self,
        max_messages: int | None = None,
        *,
        wait: bool | float | None = None,
        sender: int | str | None = None,
    ) -> RecvResult:
        """Take messages out of the caller's mailbox, oldest first.

        Args:
            max_messages: at most so many (10).
            wait: how many seconds to wait for the first one, or True for as long as the kernel lets a call wait.
                Otherwise an empty mailbox answers at once, with no messages.
            sender: take, and wait for, messages of this one alone, an id or a name; the others stay.
        """
        fields = given(**{"max": max_messages, "wait": wait, "from": sender})
        return self._call(Opcode.RECV, fields, RecvResult, _patience(wait), IDENTITY)

    def broadcast(self, message: Any, include_self: bool | None = None) -> BroadcastResult:
        """Put a message into the mailbox of everyone who has a name.

        Args:
            message: anything that JSON can say.
            include_self: the caller's own mailbox too.
        """
        fields = {"message": message, **given(include_self=include_self)}
        return self._call(Opcode.BROADCAST, fields, BroadcastResult, CALL_SECONDS, IDENTITY)

    def subscribe(self, *event_types: str) -> SubscribeResult:
        """Hear of events from now on; `poll_events` gives them.

        Args:
            event_types: types such as "agent.ended", beginnings such as "agent.*", or "*". The kernel's are in its
                protocol's document.
        """
        fields = {"event_types": list(event_types)}
        return self._call(Opcode.SUBSCRIBE, fields, SubscribeResult, CALL_SECONDS, IDENTITY)

    def unsubscribe(self, *event_types: str) -> SubscribeResult:
        """Take back what was subscribed to; without a type all of it."""
        fields = given(event_types=list(event_types) or None)
        return self._call(Opcode.UNSUBSCRIBE, fields, SubscribeResult, CALL_SECONDS, IDENTITY)

    def poll_events(self, max_events: int | None = None, *, wait: bool | float | None = None) -> PollEventsResult:
        """Take what has happened out of the caller's queue, oldest first.

        Args:
            max_events: at most so many (100).
            wait: how many seconds to wait for the first one, or True for as long as the kernel lets a call wait.
                Otherwise an empty queue answers at once, with no events.

        Raises:
            InvalidRequest: nothing is subscribed to.
        """
        fields = given(max=max_events, wait=wait)
        return self._call(Opcode.POLL_EVENTS, fields, PollEventsResult, _patience(wait), IDENTITY)

    def emit(self, event_type: str, data: Any = None) -> EmitResult:
        """Tell everyone who subscribed to it of an event of one's own.

        Args:
            event_type: dotted words such as "build.done"; the kernel's own first words are refused.
            data: anything that JSON can say, up to 64 KiB.
        """
        fields = {"event_type": event_type, "data": data}
        return self._call(Opcode.EMIT, fields, EmitResult, CALL_SECONDS, IDENTITY)

    def get_permissions(self, agent_id: int | None = None) -> PermissionsResult:
        """Return what the caller, or another agent, may do."""
        return self._call(Opcode.GET_PERMS, given(agent_id=agent_id), PermissionsResult, CALL_SECONDS, IDENTITY)

    def set_permissions(
        self,
        permissions: Mapping[str, Any] | None = None,
        level: str | None = None,
        agent_id: int | None = None,
    ) -> PermissionsResult:
        """Change what the caller, or another agent, may do. An agent may only narrow; an operator may also widen.

        Args:
            permissions: the fields to change, as in the protocol's permissions object.
            level: a level to start from: unrestricted, standard, sandboxed, readonly, minimal.
            agent_id: whose; the caller's own otherwise. An operator has none of its own to change.

        Raises:
            PermissionDenied: it would widen what the caller may only narrow.
        """
        fields = given(permissions=permissions, level=level, agent_id=agent_id)
        return self._call(Opcode.SET_PERMS, fields, PermissionsResult, CALL_SECONDS, IDENTITY)

    def audit_log(
        self,
        category: str | None = None,
        decision: str | None = None,
        agent_id: int | None = None,
        *,
        since_id: int | None = None,
        limit: int | None = None,
    ) -> AuditResult:
        """Return what the kernel decided: an operator sees all of it, an agent what it asked for itself.

        Args:
            category: only one call, such as `exec`.
            decision: only allowed, denied, failed or abandoned ones.
            agent_id: only what this one asked for.
            since_id: those after this entry; otherwise the newest.
            limit: at most so many, up to 1000 (100).
        """
        fields = given(category=category, decision=decision, agent_id=agent_id, since_id=since_id, limit=limit)
        return self._call(Opcode.GET_AUDIT_LOG, fields, AuditResult, CALL_SECONDS, ANY)

    def llm_status(self) -> LlmStatusResult:
        """Return how the language model is shared: an operator sees all, an agent its own share and those below."""
        return self._call(Opcode.LLM_STATUS, {}, LlmStatusResult, CALL_SECONDS, ANY)

    def llm_trace(
        self, *, agent_id: int | None = None, name: str | None = None, limit: int | None = None
    ) -> LlmTraceResult:
        """Return what was decided about the latest requests for the language model, and why.

        Args:
            agent_id: only what this agent asked.
            name: the same, by name.
            limit: at most so many, up to 200 (20).
        """
        return self._call(
            Opcode.LLM_TRACE, given(id=agent_id, name=name, limit=limit), LlmTraceResult, CALL_SECONDS, ANY
        )

    def llm_usage(self, days: int | None = None) -> LlmUsageResult:
        """Return what was spent on each of the last `days` days (7), up to 400; for operators."""
        return self._call(Opcode.LLM_USAGE, given(days=days), LlmUsageResult, CALL_SECONDS, ANY)

    def noop(self, payload: bytes = b"") -> bytes:
        """Have the kernel send the same bytes back.

        Raises:
            ProtocolError: other bytes came back.
        """
        echoed = self._connected().call(Opcode.NOOP, payload, CALL_SECONDS, ANY)
        if echoed != payload:
            raise not_echoed(echoed)
        return echoed

    def echo(self, message: str) -> str:
        """Have the kernel send the same text back."""
        echoed = self.noop(message.encode())
        return echoed.decode()

    def hello(self) -> HelloResult:
        """Shake hands again and return what the kernel says of itself; `kernel` has what it said when connecting."""
        payload = self._connected().call(Opcode.HELLO, encode_hello(), CALL_SECONDS, IDENTITY)
        return decode_hello(payload)

    def exit(self) -> Result:
        """Take leave: the kernel acknowledges and both sides hang up. The process that calls is not ended by it."""
        try:
            return self._call(Opcode.EXIT, {}, Result, CALL_SECONDS, IDENTITY)
        finally:
            self.close()
