# SPDX-License-Identifier: MIT
"""Python functions as tools: `@tool` reads the type hints and the docstring, and the model gets a schema."""

from __future__ import annotations

import inspect
import json
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


@dataclass(frozen=True)
class FunctionTool:
    """A function of the caller's that a model may call. It runs in the caller's process, with the caller's rights.

    Attributes:
        name: what the model calls it by: the function's name.
        description: the docstring, without its sections.
        parameters: the JSON schema of its arguments.
        function: the function itself; a FunctionTool is called as it is.
        foreign: the schema is somebody else's, and may say more than `agentos.tools.check` understands: arguments are
            only known to be an object, and `function` judges them.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    function: Callable[..., Any]
    foreign: bool = False

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the function."""
        return self.function(*arguments, **options)


def tool(function: Callable[..., Any]) -> FunctionTool:
    """Make a function a tool: a decorator.

    Its name, its docstring and its type hints are what the model is told; in the docstring, each line below "Args:"
    describes an argument. Types may be str, int, float, bool, None, list, dict, Literal, unions of these, Any, and
    Annotated with a description.

    A str that the function returns is given to the model as it is, anything else as JSON. An exception that it raises
    is told to the model, and the run goes on. Nothing cuts it short: a function that may take long needs an end of its
    own.

    Args:
        function: takes what the model gives by name.

    Raises:
        TypeError: a parameter has no type, or one that JSON has no counterpart for; or there is no docstring.
    """
    name = function.__name__
    text = inspect.getdoc(function)
    if not text:
        raise TypeError(f"the tool {name} needs a docstring: it is what the model chooses it by")
    description, described = _docstring(text)
    hints = get_type_hints(function, include_extras=True)
    properties: dict[str, Any] = {}
    required: list[str] = []
    for parameter in inspect.signature(function).parameters.values():
        place = f"the parameter {parameter.name} of the tool {name}"
        if parameter.kind not in _NAMED:
            raise TypeError(f"{place} cannot be given by its name")
        if parameter.name not in hints:
            raise TypeError(f"{place} needs a type hint")
        schema = _schema(hints[parameter.name], place)
        if parameter.name in described:
            schema.setdefault("description", described[parameter.name])
        if parameter.default is parameter.empty:
            required.append(parameter.name)
        elif _is_json(parameter.default):
            schema["default"] = parameter.default
        properties[parameter.name] = schema
    parameters = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return FunctionTool(name, description, parameters, function)


def _schema(hint: Any, place: str) -> dict[str, Any]:
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    if hint is Any:
        return {}
    origin, inner = get_origin(hint) or hint, get_args(hint)
    if origin is Annotated:
        words = [word for word in inner[1:] if isinstance(word, str)]
        return {**_schema(inner[0], place), **({"description": words[0]} if words else {})}
    if origin is Literal and all(isinstance(choice, (str, int)) for choice in inner):
        return {"enum": [*inner]}
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(choice, place) for choice in inner]}
    if origin is list:
        return {"type": "array", **({"items": _schema(inner[0], place)} if inner else {})}
    if origin is dict and (not inner or inner[0] is str):
        return {"type": "object", **({"additionalProperties": _schema(inner[1], place)} if inner else {})}
    raise TypeError(
        f"{place} is of type {hint}, which JSON has no counterpart for; take str, int, float, bool, None, list, "
        "dict[str, ...], Literal, or a union of these"
    )


def _docstring(text: str) -> tuple[str, dict[str, str]]:
    """Split a docstring in Google's style into its description and what it says of each argument."""
    description: list[str] = []
    described: dict[str, str] = {}
    section = name = ""
    for line in text.splitlines():
        if line and not line[0].isspace() and line.rstrip() in ("Args:", "Returns:", "Raises:", "Yields:", "Examples:"):
            section, name = line.rstrip(), ""
        elif not section:
            description.append(line)
        elif section == "Args:" and line.strip():
            head, colon, rest = line.strip().partition(":")
            # Lines that go on with the words before are indented deeper than the names.
            if colon and head.split()[0].isidentifier() and len(line) - len(line.lstrip()) <= 4:
                name = head.split()[0]
                described[name] = rest.strip()
            elif name:
                described[name] += " " + line.strip()
    return "\n".join(description).strip(), described


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
