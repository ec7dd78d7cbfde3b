# SPDX-License-Identifier: MIT
"""The blocking client."""

from __future__ import annotations

from ._calls_agents import AgentCalls
from ._calls_messages import MessageCalls
from ._calls_work import WorkCalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._results_messages import SendResult


class AgentOSClient(WorkCalls, AgentCalls, MessageCalls):
    """A client of the AgentOS kernel.

        with AgentOSClient() as client:
            print(client.think("What is 2+2?").content)

    It may be used from any number of threads.

    Short calls run on one connection while that is free; those that may take long have others, up to eight, so a long
    call does not hold up the others. The calls that act as their caller (messages, names, permissions) are different:
    the kernel gives each connection of an operator a name and a mailbox of its own, so an operator's calls of these
    kinds stay on the one connection, one after the other. Inside an agent all connections are that agent.

    A lost connection stays lost, and each call raises ConnectionLost, until `reconnect()`.
    """

    # The names that other clients of this protocol use.
    read_file = WorkCalls.read
    write_file = WorkCalls.write
    list_agents = AgentCalls.list
    register_name = MessageCalls.register
    recv_messages = MessageCalls.recv

    def send_message(self, message: Any, to: int | None = None, to_name: str | None = None) -> SendResult:
        """Send a message, as `send` does, to the agent of the id `to` or of the name `to_name`."""
        if to is not None and to_name is None:
            return self.send(to, message)
        if to_name is not None and to is None:
            return self.send(to_name, message)
        raise TypeError("a receiver is named by its name or by its id: give one of the two")
