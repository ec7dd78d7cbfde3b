# SPDX-License-Identifier: MIT
"""Keeping the protocol's streams to the protocol.

It moves to descriptors that nothing else in the process knows, first of all: whatever else is read or printed, by
whichever library, reads nothing and lands on standard error.
"""

from __future__ import annotations

import os


class Streams:
    """What was standard input and output."""

    def __init__(self) -> None:
        """Take them over."""
        self.input = os.fdopen(os.dup(0), "rb", buffering=0)
        self.output = os.fdopen(os.dup(1), "wb", buffering=0)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        try:
            os.dup2(2, 1)
        except OSError:  # There is no standard error.
            os.dup2(nothing, 1)
        os.close(nothing)
