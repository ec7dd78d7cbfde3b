# SPDX-License-Identifier: MIT
"""A client when the kernel ends and comes back."""

from __future__ import annotations

import signal

import pytest
from clients import connect
from kernel.daemon import Daemon

from agentos import ConnectionLost, NotRunning


@pytest.mark.parametrize("with_signal", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("kind", ["blocking", "asyncio"])
def test_a_kernel_that_ends_is_noticed_and_a_new_one_is_only_used_on_request(
    kind: str, with_signal: signal.Signals
) -> None:
    with Daemon() as kernel, connect(kind, kernel.socket) as client:
        assert client.echo("first") == "first"
        kernel.stop(with_signal)
        for _ in range(2):
            with pytest.raises(ConnectionLost):
                client.echo("nobody")
        with pytest.raises(NotRunning, match="agentos daemon"):
            client.reconnect()

        kernel.start()
        with pytest.raises(ConnectionLost, match="connect"):
            client.echo("not yet")
        client.reconnect()
        assert client.echo("second") == "second"
