# SPDX-License-Identifier: MIT
"""RECV of one sender's messages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from clients import AnyClient
from kernel.daemon import Daemon

from agentos import AgentOSClient, InvalidRequest


@pytest.fixture
def other(kernel: Daemon) -> Iterator[AgentOSClient]:
    with AgentOSClient(kernel.socket) as connected:
        connected.register("the-other")
        yield connected


def test_messages_of_one_sender_are_taken_and_the_others_stay(
    client: AnyClient, operator: AgentOSClient, other: AgentOSClient
) -> None:
    for number, sender in enumerate((operator, other, operator, other)):
        sender.send(client.agent_id, number)

    assert [message.message for message in client.recv(sender="the-other").messages] == [1, 3]
    assert client.recv(sender="the-other", wait=0.1).count == 0
    assert [message.message for message in client.recv(1, sender=operator.agent_id).messages] == [0]
    assert [message.message for message in client.recv().messages] == [2]


@pytest.mark.parametrize("sender", [0, -1, "", 1.5])
def test_a_sender_that_cannot_be_is_refused(client: AnyClient, sender: int | str) -> None:
    with pytest.raises(InvalidRequest, match="from must be"):
        client.recv(sender=sender)
