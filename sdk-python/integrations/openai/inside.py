# SPDX-License-Identifier: MIT
"""What the fixture `inside` is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Inside = Callable[..., Any]
