# SPDX-License-Identifier: MIT
"""An agent that harms nobody and has a secret in its workspace: peer.py TOKEN-BACKWARDS."""

import os
import sys
import time
from pathlib import Path

Path("diary" if len(sys.argv) < 3 else sys.argv[2]).write_text(sys.argv[1][::-1])
os.write(1, b"written\n")
while True:
    time.sleep(3600)
