"""Where a LangWatch server is, for those who report to one."""

from __future__ import annotations

import os
from typing import Any, cast

from pydantic import BaseModel, Field, HttpUrl, model_validator

_PREFIX = "LANGWATCH_"


class LangWatchSettings(BaseModel):
    """The address and key of a LangWatch server, from arguments or ``LANGWATCH_…`` variables.

    Attributes:
        endpoint: The server's address; ``LANGWATCH_ENDPOINT``.
        api_key: The key; ``LANGWATCH_API_KEY``. Empty means: report nothing.
    """

    endpoint: HttpUrl = HttpUrl("https://app.langwatch.ai")
    api_key: str = Field(default="", repr=False)

    @model_validator(mode="before")
    @classmethod
    def _fill_from_environment(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        given = cast("dict[str, Any]", data)
        variables = {name.upper(): value for name, value in os.environ.items()}
        found = {
            field: variables[_PREFIX + field.upper()]
            for field in cls.model_fields
            if _PREFIX + field.upper() in variables
        }
        return {**found, **given}
