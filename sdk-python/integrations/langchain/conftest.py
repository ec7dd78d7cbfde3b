# SPDX-License-Identifier: MIT
"""A real kernel, whose offline model follows the script of these tests."""

from __future__ import annotations

import base64
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from kernel.scripted import kernel, operator
from script import SCRIPT

__all__ = ["kernel", "operator"]

# Standard tests of what does not apply, and why. They are left out by name, so any test that is skipped stands out.
NOT_APPLICABLE = {
    "test_init_from_env": "no setting of the model is read from the environment",
    "test_serdes": "a connection to a kernel is nothing to serialize",
    "test_pdf_inputs": "THINK takes text and images",
    "test_pdf_tool_message": "THINK takes text and images",
    "test_image_tool_message": "only what a user says may hold an image",
    "test_audio_inputs": "THINK takes text and images",
    "test_anthropic_inputs": "one provider's own form",
    "test_stream_time": "replays a recording; ours are live",
}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what does not apply."""
    left_out = [item for item in items if getattr(item, "originalname", "") in NOT_APPLICABLE]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def picture(monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard tests fetch a picture from the internet; any will do."""
    monkeypatch.setattr(httpx, "get", lambda *_, **__: SimpleNamespace(content=PIXEL))


@pytest.fixture(scope="session")
def script() -> dict[str, Any]:
    """What the model says."""
    return SCRIPT
