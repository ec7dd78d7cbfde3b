# SPDX-License-Identifier: MIT
"""JSON by the interpreter's own scanner and encoder, without the package `json` around them.

`json` imports `re` and `enum`, which take half as long again as Python's own start; each agent would wait for them
before its first call. The two C functions are those that `json.scanner` and `json.encoder` call, in every CPython from
3.10 to 3.14; any other interpreter uses `json` itself.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SPACE = " \t\n\r"

if sys.implementation.name == "cpython" and sys.version_info < (3, 15):
    from _json import encode_basestring, make_encoder, make_scanner

    def _no_constant(name: str) -> object:
        raise ValueError(f"{name} is no JSON value")

    class _Scanning:
        """What the scanner reads from its argument: `json.JSONDecoder`'s defaults, but no NaN and no Infinity."""

        strict = True
        object_hook = None
        object_pairs_hook = None
        parse_float = float
        parse_int = int
        parse_constant = staticmethod(_no_constant)
        memo: dict[str, str] = {}  # noqa: RUF012 - the scanner's own

    _scan = make_scanner(_Scanning)  # type: ignore[arg-type] # typeshed has it wrong

    def _not_json(value: object) -> object:
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")

    def encode(value: Any) -> str:
        """Write a value as compact JSON.

        Raises:
            TypeError: a value is not JSON.
            ValueError: a number is not finite, or a value contains itself.
        """
        encoder = make_encoder({}, _not_json, encode_basestring, None, ":", ",", False, False, False)
        return "".join(encoder(value, 0))

    def decode(text: str) -> Any:
        """Read one JSON value.

        Raises:
            ValueError: the text is no JSON value, or more than one.
            RecursionError: it is nested too deep.
        """
        text = text.strip(_SPACE)
        try:
            value, end = _scan(text, 0)
        except StopIteration as stop:
            raise ValueError(f"expected a value at character {stop.value}") from None
        if end != len(text):
            raise ValueError(f"more follows the value, at character {end}")
        return value

else:
    import json

    def encode(value: Any) -> str:
        """As above."""
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def decode(text: str) -> Any:
        """As above."""
        return json.loads(text)
