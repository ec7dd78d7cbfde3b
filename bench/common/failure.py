# SPDX-License-Identifier: MIT
"""The one error of the benchmarks."""

from __future__ import annotations


class BenchFailure(Exception):
    """Something that is measured does not work; being slow is never a failure. The text says what and why."""
