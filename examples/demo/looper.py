# SPDX-License-Identifier: MIT
"""An agent stuck in a loop: it never waits, never asks, never ends."""

while True:
    pass
