# SPDX-License-Identifier: MIT
"""Tools' arguments as pydantic models, for frameworks that want those; needs pydantic."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, create_model
from pydantic_core import CoreSchema

from ._tool import Tool


class ToolArguments(BaseModel):
    """Arguments of a tool as a model gave them; `agentos.tools.check` judges them, and says what would be right."""

    model_config = ConfigDict(extra="allow")

    def given(self) -> dict[str, Any]:
        """Those that were given: what is None counts as left out."""
        return {name: value for name, value in self.model_dump(exclude_unset=True).items() if value is not None}


def arguments_model(tool: Tool) -> type[ToolArguments]:
    """Make the model of a tool's arguments, whose JSON schema is the tool's own."""
    # Even what is required has a default here, so that `check` is the one who says what is missing.
    fields: dict[str, Any] = {
        name: (Any, Field(default=None, description=schema.get("description")))
        for name, schema in tool.parameters["properties"].items()
    }

    class Arguments(ToolArguments):
        @classmethod
        def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
            return {"title": cls.__name__, **tool.parameters}

    title = "".join(part.capitalize() for part in tool.name.split("_"))
    return create_model(f"{title}Arguments", __base__=Arguments, **fields)
