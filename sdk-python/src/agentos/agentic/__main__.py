# SPDX-License-Identifier: MIT
"""`python -m agentos.agentic`: carry out a task as a sandboxed agent; see `_command`."""

import sys

from ._command import main

sys.exit(main(sys.argv[1:]))
