# SPDX-License-Identifier: MIT
"""A real kernel, whose offline model follows the script of these tests."""

from __future__ import annotations

from typing import Any

import pytest
from kernel.scripted import file, kernel, operator
from script import SCRIPT

__all__ = ["file", "kernel", "operator"]


@pytest.fixture(scope="session")
def script() -> dict[str, Any]:
    """What the model says."""
    return SCRIPT
