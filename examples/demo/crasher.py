# SPDX-License-Identifier: MIT
"""An agent with a bug: it starts, and dies of it."""

import sys

print("started", flush=True)
sys.exit("this agent always fails")
