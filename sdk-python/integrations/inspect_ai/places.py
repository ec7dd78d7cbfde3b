# SPDX-License-Identifier: MIT
"""A sandbox as Inspect starts and ends those of its samples."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from agentos.inspect_ai import AgentOSSandboxConfig, AgentOSSandboxEnvironment


@asynccontextmanager
async def sandbox(**settings: Any) -> AsyncIterator[AgentOSSandboxEnvironment]:
    """Start one, and end it."""
    config = AgentOSSandboxConfig(**settings)
    await AgentOSSandboxEnvironment.task_init("a test", config)
    started = await AgentOSSandboxEnvironment.sample_init("a test", config, {})
    (environment,) = started.values()
    try:
        yield environment.as_type(AgentOSSandboxEnvironment)
    finally:
        await AgentOSSandboxEnvironment.sample_cleanup("a test", config, started, False)
