# SPDX-License-Identifier: MIT
"""Waits until it is killed."""

import signal

print("waiting", flush=True)
while True:
    signal.pause()
