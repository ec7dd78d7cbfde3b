# SPDX-License-Identifier: MIT
"""Every bound of the loop that no caller sets, in one place. Times are seconds, sizes are bytes or characters."""

# Tool calls that one answer may ask for; those beyond are answered without being made.
CALLS_PER_ANSWER = 16

# Calls in a row that could not be made: unknown tools, arguments that do not fit.
INVALID_CALLS = 5

# Answers in a row that call no tool.
SILENT_ANSWERS = 3

# The same call with the same result, with nothing in between that is new among so many: so many times until the model
# is told, and until the run ends.
REPEATS_WINDOW = 24
REPEATS_TOLD = 3
REPEATS_MOST = 6

# What one THINK is given as conversation: older results are shortened until it fits. About 64,000 tokens.
CONVERSATION_BYTES = 256 << 10
# The last messages, and the task, are never shortened; of an older one so much is kept of each text in it.
CONVERSATION_LAST = 8
CONVERSATION_KEPT_CHARACTERS = 300
# The kernel takes a thousand.
CONVERSATION_MESSAGES = 990

# One THINK, its wait in the kernel's queue included, and how often it is tried when it failed for now.
THINK_SECONDS = 300.0
THINK_TRIES = 4
THINK_PAUSE_SECONDS = 1.0
THINK_PAUSE_LONGEST_SECONDS = 60.0

# With fewer tokens left than this, an answer is bounded by what is left. A larger bound would be of no use, and a model
# may refuse one that is above its own.
ANSWER_TOKENS = 8192

# A task, and words of the caller's for the system instruction.
TASK_CHARACTERS = 64 << 10

# All lines of one transcript, and one line: an answer of the kernel is at most 64 MiB but ordinarily one.
TRANSCRIPT_BYTES = 256 << 20
EVENT_BYTES = 16 << 20
# Kept free so that the end can always be written.
TRANSCRIPT_RESERVE_BYTES = 64 << 10

# The command line. What its agent may use of time and tokens by the kernel's own count: the loop ends before that.
BACKSTOP_SECONDS = 60.0
BACKSTOP_TOKENS = 100_000
# From the start of the agent until its loop has come to the door.
DOOR_SECONDS = 30.0
# Until the kernel has told how an agent ended that has hung up.
ENDED_SECONDS = 10.0
# Of a result on the terminal, and of the agent's own output when it failed.
SHOWN_LINES = 12
SHOWN_COLUMNS = 160
