# SPDX-License-Identifier: MIT
"""An agent that reports when its first call was answered to the name it is given, and waits to be ended."""

import sys
import time

from agentos import AgentOSClient

with AgentOSClient() as client:  # the handshake is the first call
    first_call_ns = time.monotonic_ns()
    client.send(sys.argv[1], {"first_call_ns": first_call_ns})
    time.sleep(3600)  # signal.pause() would bring `enum`, which is not what is measured
