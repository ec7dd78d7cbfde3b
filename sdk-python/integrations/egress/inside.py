# SPDX-License-Identifier: MIT
"""The type of a fixture."""

from __future__ import annotations

from typing import Protocol


class Run(Protocol):
    """Runs a shell line in a sandbox with the proxy; its exit code and what it said."""

    def __call__(self, line: str, network: list[str] | None = None, trust: bool = True) -> tuple[int, str]:
        """By default the rules name the site alone, and its authority is trusted."""
