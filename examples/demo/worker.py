# SPDX-License-Identifier: MIT
"""One of several agents that share the language model and write to each other.

Usage: worker.py JSON, an object with
    peers     the names of the other workers
    messages  how many to send to each of them
    seconds   how long to keep the model busy
    lanes     how many questions to have open at once
    words     how long a question is

Waits for {"go": true}, works, and prints one JSON object: what was asked and answered, what was received.
"""

import json
import sys
import threading
import time
from collections import Counter
from typing import Any

from agentos import AgentOSClient, AgentOSError

GO_SECONDS = 30
MAIL_SECONDS = 15
# After the last message that is expected: time for one that is not.
STRAY_SECONDS = 0.3
MOST_MESSAGES = 100


class Thinker:
    """Asks one question after the other, on several lanes, and writes down when each answer came."""

    def __init__(self, client: AgentOSClient, order: dict[str, Any]) -> None:
        """Prepare the lanes."""
        self.client = client
        self.prompt = "demo worker: " + "word " * order["words"]
        self.end = time.monotonic() + order["seconds"]
        self.asked = 0
        self.answers: list[tuple[float, int]] = []
        self.failures: list[str] = []
        self.lock = threading.Lock()
        self.lanes = [threading.Thread(target=self.run) for _ in range(order["lanes"])]

    def run(self) -> None:
        """Be one lane."""
        while time.monotonic() < self.end:
            with self.lock:
                self.asked += 1
            try:
                tokens = self.client.think(self.prompt)["tokens"]
            except AgentOSError as error:
                with self.lock:
                    self.failures.append(str(error))
                return
            with self.lock:
                self.answers.append((time.monotonic(), tokens))


def await_go(client: AgentOSClient, inbox: list[Any]) -> None:
    """Wait for the start; what the others send meanwhile is kept."""
    end = time.monotonic() + GO_SECONDS
    while time.monotonic() < end:
        messages = client.recv(MOST_MESSAGES, wait=1)["messages"]
        mail = [message for message in messages if message["message"] != {"go": True}]
        inbox += mail
        if len(mail) < len(messages):
            return
    raise SystemExit("nobody said go")


def exchange(client: AgentOSClient, order: dict[str, Any], inbox: list[Any]) -> None:
    """Send everybody their messages, and collect one's own."""
    for number in range(order["messages"]):
        for peer in order["peers"]:
            client.send(peer, {"number": number})
    expected = len(order["peers"]) * order["messages"]
    end = time.monotonic() + MAIL_SECONDS
    while len(inbox) < expected and time.monotonic() < end:
        inbox += client.recv(MOST_MESSAGES, wait=1)["messages"]
    inbox += client.recv(MOST_MESSAGES, wait=STRAY_SECONDS)["messages"]


def main() -> None:
    """Work and report."""
    order = json.loads(sys.argv[1])
    inbox: list[Any] = []
    with AgentOSClient() as client:
        await_go(client, inbox)
        thinker = Thinker(client, order)
        for lane in thinker.lanes:
            lane.start()
        exchange(client, order, inbox)
        for lane in thinker.lanes:
            lane.join()
    received = Counter((message["from_name"], message["message"]["number"]) for message in inbox)
    wanted = {(peer, number) for peer in order["peers"] for number in range(order["messages"])}
    report = {
        "asked": thinker.asked,
        "answered": len(thinker.answers),
        "failures": thinker.failures[:3],
        "sent": len(wanted),
        "received": sum(received.values()),
        "missing": len(wanted - set(received)),
        "unexpected": len(set(received) - wanted),
        "repeated": sum(count - 1 for count in received.values()),
    }
    # Lines of a log are bounded, so the times come in several.
    for start in range(0, len(thinker.answers), MOST_MESSAGES):
        some = thinker.answers[start : start + MOST_MESSAGES]
        print(json.dumps({"answers": [[round(when, 4), tokens] for when, tokens in some]}))
    print(json.dumps(report), flush=True)


main()
