# SPDX-License-Identifier: MIT
"""The parts of `agentos bench kernel`."""
