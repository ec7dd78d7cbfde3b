# SPDX-License-Identifier: MIT
"""Writes a line to each of its outputs, with its arguments, and exits with 3."""

import os
import sys

print("out", *sys.argv[1:], os.environ.get("GREETING", ""))
print("err", file=sys.stderr)
sys.exit(3)
