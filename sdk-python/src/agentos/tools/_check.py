# SPDX-License-Identifier: MIT
"""Do arguments fit a schema, and if not, what would?

Understood are type, enum, anyOf, properties, required, additionalProperties, items, minItems, maxItems, minimum,
maximum, exclusiveMinimum, minLength, maxLength and pattern: what the tools of this package, and those that Python
functions are made into, are described by. Whatever else a schema says is left to whoever performs the call.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any

from ._tool import Described, Schema

_SHOWN_CHARACTERS = 60
# The kernel takes 128 levels of JSON, some of which are the request's own.
_LEVELS_DEEPEST = 100

_KINDS: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "integer": lambda value: _is_number(value) and value == int(value),
    "number": lambda value: _is_number(value),
}
_NAMES = {"object": "an object", "array": "a list", "integer": "a whole number", "boolean": "true or false"}


class ArgumentError(ValueError):
    """The arguments of a call do not fit its tool.

    Attributes:
        tool: the tool's name.
        field: which of them: `limits.memory`, `args[2]`; empty for all of them together.
        problem: what is wrong with it, and what would be right.
    """

    def __init__(self, tool: str, field: str, problem: str) -> None:
        """Keep which tool and field it was; the text has all three."""
        super().__init__(tool, field, problem)
        self.tool = tool
        self.field = field
        self.problem = problem

    def __str__(self) -> str:
        """One sentence."""
        return f"{self.tool}: {self.field or 'the arguments'} {self.problem}"


class _Misfit(Exception):
    """Where a value does not fit, and why."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(place, problem)
        self.place = place
        self.problem = problem


def check(tool: Described, arguments: Any) -> dict[str, Any]:
    """Return the arguments if they fit the tool, with whole numbers as integers (JSON may say 5.0).

    Raises:
        ArgumentError: they do not; the first field that does not fit is named.
    """
    try:
        checked: dict[str, Any] = fit(tool.parameters, {} if arguments is None else arguments, "")
    except _Misfit as misfit:
        raise ArgumentError(tool.name, misfit.place, misfit.problem) from None
    return checked


def fit(schema: Schema, value: Any, place: str, level: int = 0) -> Any:
    """Return a value that fits its schema."""
    if level > _LEVELS_DEEPEST:
        raise _Misfit(place, f"is nested more than {_LEVELS_DEEPEST} levels deep")
    if "anyOf" in schema:
        return _fit_any(schema["anyOf"], value, place, level)
    kind = schema.get("type")
    if kind is not None and not _KINDS[kind](value):
        raise _Misfit(place, f"must be {_expected(schema)}, was {_shown(value)}")
    if "enum" in schema and value not in schema["enum"]:
        raise _Misfit(place, f"must be {_expected(schema)}, was {_shown(value)}")
    if isinstance(value, str):
        return _fit_text(schema, value, place)
    if isinstance(value, list):
        return _fit_list(schema, value, place, level)
    if isinstance(value, dict):
        return _fit_object(schema, value, place, level)
    if _is_number(value):
        return _fit_number(schema, value, place)
    if isinstance(value, float):
        raise _Misfit(place, f"must be a finite number, was {value}")
    return value


def _fit_any(schemas: list[Schema], value: Any, place: str, level: int) -> Any:
    for schema in schemas:
        if "type" not in schema or _KINDS[schema["type"]](value):
            return fit(schema, value, place, level)
    raise _Misfit(place, f"must be {' or '.join(map(_expected, schemas))}, was {_shown(value)}")


def _fit_text(schema: Schema, value: str, place: str) -> str:
    length = len(value)
    least, most = schema.get("minLength", 0), schema.get("maxLength", math.inf)
    if length < least:
        raise _Misfit(place, "must not be empty" if least == 1 else f"must have at least {least} characters")
    if length > most:
        raise _Misfit(place, f"must have at most {most} characters, had {length}")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        raise _Misfit(place, f"must match {schema['pattern']}, was {_shown(value)}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _Misfit(place, f"is no Unicode text: half a surrogate pair at character {error.start}") from None
    return value


def _fit_number(schema: Schema, value: float, place: str) -> float:
    whole = schema.get("type") == "integer"
    least, most = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
    above = schema.get("exclusiveMinimum", -math.inf)
    if not (least <= value <= most and value > above):
        raise _Misfit(place, f"must be {_expected(schema)}, was {_shown(value)}")
    return int(value) if whole else value


def _fit_list(schema: Schema, value: list[Any], place: str, level: int) -> list[Any]:
    least, most = schema.get("minItems", 0), schema.get("maxItems", math.inf)
    if len(value) < least:
        raise _Misfit(place, f"must have at least {least} {'entry' if least == 1 else 'entries'}")
    if len(value) > most:
        raise _Misfit(place, f"must have at most {most} entries, had {len(value)}")
    items = schema.get("items", {})
    return [fit(items, item, f"{place}[{index}]", level + 1) for index, item in enumerate(value)]


def _fit_object(schema: Schema, value: dict[str, Any], place: str, level: int) -> dict[str, Any]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    missing = [name for name in schema.get("required", ()) if name not in value]
    # First what is unknown: a misspelt name is the reason why another one is missing.
    for name in value:
        if name not in properties and others is False:
            problem = f"is unknown; {_alternatives(name, missing, properties)}"
            raise _Misfit(_below(place, _shortened(str(name))), problem)
    for name in missing:
        raise _Misfit(_below(place, name), f"is missing; it must be {_expected(properties[name])}")
    fitted = {}
    for name, item in value.items():
        inner = properties.get(name, others if isinstance(others, Mapping) else {})
        fitted[_fit_text({}, name, place)] = fit(inner, item, _below(place, _shortened(name)), level + 1)
    return fitted


def _alternatives(name: str, missing: list[str], known: Mapping[str, Schema]) -> str:
    nearest = missing or get_close_matches(name[:_SHOWN_CHARACTERS], known, 1)
    if nearest:
        return f"did you mean {nearest[0]}?"
    return f"known are {', '.join(known)}" if known else "nothing is expected here"


def _expected(schema: Schema) -> str:
    if "anyOf" in schema:
        return " or ".join(map(_expected, schema["anyOf"]))
    if "enum" in schema:
        return f"one of {', '.join(json.dumps(choice) for choice in schema['enum'])}"
    kind = schema.get("type", "any JSON value")
    name = _NAMES.get(kind, f"a {kind}" if kind in _KINDS else kind)
    if kind == "array" and "type" in schema.get("items", {}):
        name += f" of {schema['items']['type']}s"
    least, most = schema.get("minimum"), schema.get("maximum")
    if "exclusiveMinimum" in schema:
        name += f" above {schema['exclusiveMinimum']}"
    if least is not None and most is not None:
        return f"{name} from {least} to {most}"
    if least is not None:
        return f"{name}, at least {least}"
    return name if most is None else f"{name}, at most {most}"


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return f"{_NAMES['object' if isinstance(value, dict) else 'array']} with {len(value)} entries"
    try:
        written = json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        written = f"of type {type(value).__name__}"
    return _shortened(written)


def _shortened(written: str) -> str:
    return written if len(written) <= _SHOWN_CHARACTERS else written[:_SHOWN_CHARACTERS] + "..."


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
