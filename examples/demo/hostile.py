# SPDX-License-Identifier: MIT
"""An agent that attacks: it really tries to get at what is not its own, and tells what came of each attempt.

Usage: hostile.py JSON, an object with
    home           the owner's home folder, and home_identity, its [device, inode]
    secret         a file that only the owner may read
    owner_pid      a process of the owner's
    operator_socket  the kernel's own socket
    loopback_port  where a program of the owner's listens on 127.0.0.1
    max_pids       how many processes it may have
    bystander      the name of another agent
    outside        true: run as an ordinary program, to see what succeeds without a sandbox, and do no harm

Prints one JSON object a line: attempt, outcome (denied, REACHED, or error when the attempt itself is broken), detail.
"""

import json
import sys

from hostile_attempts import Attempt, Context
from hostile_host import HOST_ATTEMPTS
from hostile_kernel import KERNEL_ATTEMPTS


def attempts(context: Context) -> list[Attempt]:
    """List them, the most violent last."""
    if context.outside:
        return HOST_ATTEMPTS + KERNEL_ATTEMPTS
    from hostile_calls import CALL_ATTEMPTS  # needs the SDK, which only an agent has

    return HOST_ATTEMPTS + CALL_ATTEMPTS + KERNEL_ATTEMPTS


def main() -> None:
    """Try everything."""
    context = Context(**json.loads(sys.argv[1]))
    for attempt in attempts(context):
        print(json.dumps(attempt.make(context)), flush=True)


main()
