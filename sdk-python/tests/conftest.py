# SPDX-License-Identifier: MIT
"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from clients import MakeClient, connect
from hypothesis import settings
from peer import MakePeer, Peer

settings.register_profile("agentos", deadline=None, print_blob=True)
settings.load_profile("agentos")


@pytest.fixture
def make_peer(tmp_path: Path) -> Iterator[MakePeer]:
    """Start peers that end with the test."""
    with ExitStack() as stack:
        count = 0

        def make(*args: object, **options: object) -> Peer:
            nonlocal count
            count += 1
            return stack.enter_context(Peer(tmp_path / f"{count}.sock", *args, **options))  # type: ignore[arg-type]

        yield make


@pytest.fixture(params=["blocking", "asyncio"])
def make_client(request: pytest.FixtureRequest) -> Iterator[MakeClient]:
    """Connect clients of both kinds to a peer; they are closed with the test."""
    with ExitStack() as stack:
        yield lambda peer: stack.enter_context(connect(request.param, peer.path))
