# SPDX-License-Identifier: MIT
"""Every bound of the MCP server. Times are seconds."""

# Between two notifications of progress on one call.
PROGRESS_SECONDS = 0.5

# Of the newest output that one of them shows.
PROGRESS_CHARACTERS = 500

# Of one output stream of a command whose progress is shown, in characters: what the kernel keeps of one whose is not.
OUTPUT_CHARACTERS = 448 << 10

# Of one completion, as the protocol has it.
COMPLETIONS = 100

# How long clients may keep lists that never change while the server runs, in milliseconds.
LIST_MILLISECONDS = 3_600_000

# Standard input: the longest message, several times what the kernel takes as one request.
LINE_BYTES = 64 << 20

# HTTP: the longest request, and sessions that are open at once.
REQUEST_BYTES = 4 << 20
SESSIONS = 256

# Between a signal to end and hanging up on clients.
GOODBYE_SECONDS = 3

# A client's configuration file that is larger than this is none.
CONFIGURATION_BYTES = 16 << 20
