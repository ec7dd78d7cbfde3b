# SPDX-License-Identifier: MIT
"""An agent that minds its own business: how long does the kernel take to answer it while others misbehave?

Usage: bystander.py SECONDS. Prints one JSON object, times in microseconds.
"""

import json
import sys
import time

from agentos import AgentOSClient

PAUSE_SECONDS = 0.01


def main() -> None:
    """Ask the kernel for an echo a hundred times a second."""
    times = []
    with AgentOSClient() as client:
        end = time.monotonic() + float(sys.argv[1])
        while time.monotonic() < end:
            begun = time.perf_counter()
            client.noop(b"are you there?")
            times.append(time.perf_counter() - begun)
            time.sleep(PAUSE_SECONDS)
    times.sort()
    print(
        json.dumps(
            {
                "calls": len(times),
                "p50_us": round(times[len(times) // 2] * 1e6),
                "p99_us": round(times[len(times) * 99 // 100] * 1e6),
                "max_us": round(times[-1] * 1e6),
            }
        )
    )


main()
