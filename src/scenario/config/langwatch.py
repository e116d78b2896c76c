"""Where a LangWatch server is, for those who report to one."""

from __future__ import annotations

import os
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, field_validator, model_validator

_PREFIX = "LANGWATCH_"


class LangWatchSettings(BaseModel):
    """The address and key of a LangWatch server, from arguments or ``LANGWATCH_…`` variables.

    Attributes:
        endpoint: The server's address; ``LANGWATCH_ENDPOINT``.
        api_key: The key, without space around it; ``LANGWATCH_API_KEY``. Empty means: report nothing.
        project_id: The project, for keys that are good for several; ``LANGWATCH_PROJECT_ID``. None means that
            the key says which.
    """

    model_config = ConfigDict(hide_input_in_errors=True, str_strip_whitespace=True)

    endpoint: HttpUrl = HttpUrl("https://app.langwatch.ai")
    api_key: str = Field(default="", repr=False)
    project_id: str | None = None

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

    @field_validator("api_key", "project_id")
    @classmethod
    def _fits_into_a_header(cls, value: str | None) -> str | None:
        if value and not (value.isascii() and value.isprintable()):
            raise ValueError("it holds a character that the header of a request cannot carry")
        return value
