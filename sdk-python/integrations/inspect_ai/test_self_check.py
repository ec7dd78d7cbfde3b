# SPDX-License-Identifier: MIT
"""The suite that Inspect has for its sandboxes, and what does not apply of it."""

from __future__ import annotations

from inspect_ai.util._sandbox import self_check

NOT_APPLICABLE = {
    "test_exec_as_user": "it adds a user, and a sandbox has one; test_sandbox.py shows that others are refused",
}

globals().update({name: getattr(self_check, name) for name in self_check.__all__ if name not in NOT_APPLICABLE})


def test_what_does_not_apply_is_still_there() -> None:
    assert NOT_APPLICABLE.keys() <= set(self_check.__all__)
