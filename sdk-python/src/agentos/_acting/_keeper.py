# SPDX-License-Identifier: MIT
"""The program of an agent that a host acts as: it keeps the sandbox, and hands connections out of it.

It runs by itself, as `python3 -I -c` with this text and the path of the host's door: neither this SDK nor anything
of the host has to be visible to it. For each byte that comes through the door it connects to the kernel, as the agent
that it is, and passes the connection to the host. The door's end is its own, so no host leaves an agent behind.
"""

import os
import socket
import sys


def keep(door_path: str, kernel_path: str) -> None:
    """Serve until the door is shut."""
    with socket.socket(socket.AF_UNIX) as door:
        door.connect(door_path)
        while door.recv(1):
            with socket.socket(socket.AF_UNIX) as line:
                line.connect(kernel_path)
                socket.send_fds(door, [b"\0"], [line.fileno()])


if __name__ == "__main__":
    keep(sys.argv[1], os.environ["AGENTOS_SOCKET"])
