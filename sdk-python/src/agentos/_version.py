# SPDX-License-Identifier: MIT
"""The SDK's version, said once: pyproject.toml and HELLO read it here."""

__version__ = "0.1.0"
