# SPDX-License-Identifier: MIT
"""An agent that leaks: it keeps everything it ever allocated, and touches it so that it is really there."""

CHUNK_BYTES = 4 * 1024 * 1024
PAGE_BYTES = 4096

kept = []
while True:
    chunk = bytearray(CHUNK_BYTES)
    for offset in range(0, CHUNK_BYTES, PAGE_BYTES):
        chunk[offset] = 1
    kept.append(chunk)
    print(len(kept) * CHUNK_BYTES, "bytes held", flush=True)
