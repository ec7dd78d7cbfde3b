# SPDX-License-Identifier: MIT
"""The smallest agent: asks the LLM, keeps the answer in its workspace, tells what it may do."""

from agentos import AgentOSClient

with AgentOSClient() as client:
    answer = client.think("Say hello to the operator.")
    client.write("/workspace/answer.txt", answer["content"])
    print(f"{answer['provider']} says: {answer['content']}")
    print("level:", client.get_permissions()["permissions"]["level"])
