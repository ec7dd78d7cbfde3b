# SPDX-License-Identifier: MIT
from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest

from agentos import NotRunning
from agentos.tools import SharedClient


def test_a_copy_looks_for_the_same_kernel(tmp_path: Path) -> None:
    shared = SharedClient(tmp_path / "none")
    for copied in (copy.deepcopy(shared), pickle.loads(pickle.dumps(shared))):  # noqa: S301 - our own
        assert copied is not shared
        with pytest.raises(NotRunning, match=str(tmp_path)):
            copied.call(lambda client: client.list())
