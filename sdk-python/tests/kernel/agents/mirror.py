# SPDX-License-Identifier: MIT
"""Sends each message back to whoever sent it, until it is sent "stop"; one thread receives, another answers."""

import queue
import threading

from agentos import AgentOSClient, Message

with AgentOSClient() as client:
    inbox: queue.Queue[Message] = queue.Queue()

    def receive() -> None:
        while True:
            for message in client.recv(wait=True).messages:
                inbox.put(message)
                if message.message == "stop":
                    return

    receiver = threading.Thread(target=receive)
    receiver.start()
    print("ready", flush=True)
    while (message := inbox.get()).message != "stop":
        client.send(message.sender, {"echo": message.message, "by": client.agent_id})
    receiver.join()
