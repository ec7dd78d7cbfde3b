# SPDX-License-Identifier: MIT
"""Runs the agent loop in its own sandbox and prints the outcome, after its transcript, as JSON.

Usage: thinker.py TASK
"""

import dataclasses
import json
import sys

from agentos import AgentOSClient
from agentos.agentic import Limits, run

with AgentOSClient() as client:
    outcome = run(client, sys.argv[1], limits=Limits(steps=9), on_event=lambda event: print(json.dumps(event)))
    print(json.dumps({"type": "outcome", **dataclasses.asdict(outcome)}))
