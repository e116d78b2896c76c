"""Which language model a player talks to, and how."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ModelConfig(BaseModel):
    """A language model and the parameters of its calls. Other keyword arguments are passed to the model.

    Attributes:
        model: The model, as ``provider/name``.
        api_base: The address of the endpoint, when it is not the provider's own.
        api_key: The key, when it does not come from the provider's environment variable.
        temperature: Sampling temperature.
        max_tokens: The most tokens in a reply.
    """

    model_config = ConfigDict(extra="allow")

    model: str
    api_base: str | None = None
    api_key: str | None = Field(default=None, repr=False)
    temperature: float = 0.0
    max_tokens: int | None = None
