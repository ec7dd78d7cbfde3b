# SPDX-License-Identifier: MIT
"""An agent that has its attacks made by commands: EXEC joins its sandbox, and what is joined must be as confined.

command.py TARGET WORD...    TARGET is main.py's, the words are those of the attacks in C
"""

import os
import sys

from agentos import AgentOSClient

LONGEST_SECONDS = 120
GROUPS = ("files", "interfaces", "roots", "ipc", "network", "secrets")


def main() -> None:
    """Print what the commands print, and why they ended early if they did."""
    target, *words = sys.argv[1:]
    commands = (
        ["/agent/attacks", *words],
        ["/usr/bin/python3", "-B", "/agent/main.py", target, *GROUPS],
    )
    with AgentOSClient() as client:
        for command in commands:
            done = client.exec(command, timeout=LONGEST_SECONDS)
            os.write(1, done.stdout.encode())
            if done.exit_code != 0 or done.truncated:
                sys.exit(f"{command[0]}: exit code {done.exit_code}, {done}")


main()
