# SPDX-License-Identifier: MIT
"""The Python SDK of AgentOS, the microkernel for AI agents.

    from agentos import AgentOSClient

    with AgentOSClient() as client:
        print(client.think("What is 2+2?")["content"])

`AsyncAgentOSClient` is the same for asyncio; it is loaded when it is first used. What calls can raise is drawn in
`AgentOSError`'s module.
"""

from ._client import AgentOSClient
from ._errors import (
    AgentOSError,
    AlreadyExists,
    Busy,
    Cancelled,
    CommandFailed,
    ConnectionLost,
    Internal,
    InvalidFrame,
    InvalidRequest,
    KernelError,
    NoAnswer,
    NotFound,
    NotRunning,
    PermissionDenied,
    ProtocolError,
    QuotaExceeded,
    ResourceExhausted,
    TimedOut,
    TooLarge,
    TransportError,
    Unavailable,
    UnknownSyscall,
    Unsupported,
)
from ._opcodes import Opcode
from ._results import (
    AgentInfo,
    AgentMetrics,
    CallMetrics,
    ExecPart,
    ExecResult,
    ExecUsage,
    ExitRecord,
    HelloResult,
    HttpResult,
    KillResult,
    LlmUsage,
    LogEntry,
    LogResult,
    MetricsResult,
    PauseResult,
    ReadResult,
    Result,
    ResumeResult,
    SpawnResult,
    SystemMetrics,
    ThinkPart,
    ThinkResult,
    WriteResult,
)
from ._results_messages import (
    AuditEntry,
    AuditResult,
    BroadcastResult,
    EmitResult,
    Event,
    LlmDayUsage,
    LlmDecision,
    LlmRequest,
    LlmStatusResult,
    LlmTraceResult,
    LlmUsageResult,
    Message,
    PermissionsResult,
    PollEventsResult,
    RecvResult,
    RegisterResult,
    SendResult,
    SubscribeResult,
)
from ._version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._async_client import AsyncAgentOSClient
    from ._async_streams import AsyncStream
    from ._streams import Stream
del TYPE_CHECKING

# Loaded when first asked for: most agents need none of them, and asyncio takes longer to load than all the rest.
_LATER = {"AsyncAgentOSClient": "_async_client", "AsyncStream": "_async_streams", "Stream": "_streams"}

__all__ = [
    "AgentInfo",
    "AgentMetrics",
    "AgentOSClient",
    "AgentOSError",
    "AlreadyExists",
    "AsyncAgentOSClient",
    "AsyncStream",
    "AuditEntry",
    "AuditResult",
    "BroadcastResult",
    "Busy",
    "CallMetrics",
    "Cancelled",
    "CommandFailed",
    "ConnectionLost",
    "EmitResult",
    "Event",
    "ExecPart",
    "ExecResult",
    "ExecUsage",
    "ExitRecord",
    "HelloResult",
    "HttpResult",
    "Internal",
    "InvalidFrame",
    "InvalidRequest",
    "KernelError",
    "KillResult",
    "LlmDayUsage",
    "LlmDecision",
    "LlmRequest",
    "LlmStatusResult",
    "LlmTraceResult",
    "LlmUsage",
    "LlmUsageResult",
    "LogEntry",
    "LogResult",
    "Message",
    "MetricsResult",
    "NoAnswer",
    "NotFound",
    "NotRunning",
    "Opcode",
    "PauseResult",
    "PermissionDenied",
    "PermissionsResult",
    "PollEventsResult",
    "ProtocolError",
    "QuotaExceeded",
    "ReadResult",
    "RecvResult",
    "RegisterResult",
    "ResourceExhausted",
    "Result",
    "ResumeResult",
    "SendResult",
    "SpawnResult",
    "Stream",
    "SubscribeResult",
    "SystemMetrics",
    "ThinkPart",
    "ThinkResult",
    "TimedOut",
    "TooLarge",
    "TransportError",
    "Unavailable",
    "UnknownSyscall",
    "Unsupported",
    "WriteResult",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Load what is exported but rarely needed."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_LATER[name]}", __name__), name)
    globals()[name] = value
    return value
