# SPDX-License-Identifier: MIT
"""Answers that fit a schema, read."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.output_parsers import BaseOutputParser, JsonOutputParser, PydanticOutputParser
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.utils.pydantic import is_basemodel_subclass
from pydantic import BaseModel


def read_structured(
    asking: Runnable[LanguageModelInput, AIMessage], schema: dict[str, Any] | type, include_raw: bool
) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
    """Parse the answers of a model that was told of the schema.

    Args:
        asking: the model.
        schema: a pydantic model, whose instances are returned; or what describes a dictionary.
        include_raw: return the message and what went wrong with it, as `raw`, `parsed` and `parsing_error`.
    """
    parser: BaseOutputParser[Any]
    if isinstance(schema, type) and is_basemodel_subclass(schema):
        parser = PydanticOutputParser(pydantic_object=schema)
    else:
        parser = JsonOutputParser()
    if not include_raw:
        return asking | parser
    parsed = RunnablePassthrough.assign(parsed=itemgetter("raw") | parser, parsing_error=lambda _: None)
    failed = RunnablePassthrough.assign(parsed=lambda _: None)
    return RunnableMap(raw=asking) | parsed.with_fallbacks([failed], exception_key="parsing_error")
