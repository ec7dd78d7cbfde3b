# SPDX-License-Identifier: MIT
"""What a sandbox costs, beside other programs that make one."""
