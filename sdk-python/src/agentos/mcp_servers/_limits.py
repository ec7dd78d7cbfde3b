# SPDX-License-Identifier: MIT
"""Every bound of the relay and its clients, and the numbers of their errors. Times are seconds, sizes are bytes."""

# Calls that the server has not answered yet: of all agents, and of one.
PENDING_CALLS = 64
PENDING_CALLS_OF_ONE = 8

# A call that names no time of its own, and the most that one may name.
CALL_SECONDS = 60.0
CALL_SECONDS_LONGEST = 600.0

# What a client waits longer than the relay: its verdict should come first.
ANSWER_MARGIN_SECONDS = 5.0

# From the server's start until it has answered `initialize`.
START_SECONDS = 60.0
# How long a server may leave its standard input full.
WRITE_SECONDS = 10.0
# From being told to end until it is killed.
END_SECONDS = 2.0

# A line of the server's, in payloads of the kernel: escapes make text up to six times as long as it is sent on.
LINE_PAYLOADS = 6
# What an answer's message has besides the result.
ENVELOPE_BYTES = 1024
# Where the id of an answer that is too long to be read is looked for.
HEAD_BYTES = 128

CALL_NAME_CHARACTERS = 64
# Of a server's error, and of a line of its that makes no sense.
ERROR_CHARACTERS = 2000
SHOWN_CHARACTERS = 120
# Complaints about the server in the agent's log, for each run.
COMPLAINTS = 50

# What one server may offer to a model: THINK takes 128 tools.
TOOLS = 100
TOOL_NAME_CHARACTERS = 64
DESCRIPTION_CHARACTERS = 1024
SCHEMA_CHARACTERS = 16_000

# JSON-RPC's own errors, and those of the relay.
INVALID_PARAMS = -32602
UNKNOWN_METHOD = -32601
BAD_ANSWER = -32603
TIMED_OUT = -32001
SERVER_ENDED = -32002
TOO_LARGE = -32003
BUSY = -32004
