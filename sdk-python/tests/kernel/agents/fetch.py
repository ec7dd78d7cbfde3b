# SPDX-License-Identifier: MIT
"""Fetches the URLs that it is given, and prints status and body or the code of the refusal, one JSON list."""

import json
import sys

from agentos import AgentOSClient, KernelError

answers: list[object] = []
with AgentOSClient() as client:
    for url in sys.argv[1:]:
        try:
            answer = client.http(url, headers={"X-Asked": "yes"})
            answers.append([answer.status_code, answer.body])
        except KernelError as error:
            answers.append(error.code)
print(json.dumps(answers), flush=True)
