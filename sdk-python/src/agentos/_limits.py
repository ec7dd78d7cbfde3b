# SPDX-License-Identifier: MIT
"""Every bound of the SDK, in one place. Times are seconds, sizes are bytes."""

PROTOCOL_VERSION = 1

# The payload sizes that a kernel may be configured to: HELLO tells which one holds.
PAYLOAD_BYTES_LARGEST = 64 << 20

# What one system call takes from a socket.
READ_BYTES = 64 << 10

# Frames of a stream that wait for a slow reader, in bytes; more stay in the kernel's buffer.
STREAM_BYTES_AHEAD = 1 << 20

# sun_path holds 108 bytes, the last of which is NUL.
SOCKET_PATH_BYTES = 107

# Connections beside the primary one. More calls at once than these wait for one to come free.
EXTRA_CONNECTIONS = 8

CONNECT_SECONDS = 5.0

# How long a full backlog of the kernel is left alone before the next try to connect.
CONNECT_PAUSE_SECONDS = 0.01

# For a call that names no time of its own; also the longest wait for a free connection.
CALL_SECONDS = 60.0

# A call with a time of its own is given this much more: the kernel's verdict should come first.
ANSWER_MARGIN_SECONDS = 10.0

# What a kernel grants a call that names no time (a THINK: the most it can be configured to grant). It answers before
# that, or something is wrong.
EXEC_SECONDS = 30.0
THINK_SECONDS = 1800.0
