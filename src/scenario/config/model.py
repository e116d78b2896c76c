"""Which language model a player talks to, and how."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict, Field

_MAY_HOLD_A_KEY = frozenset({"client", "extra_body", "extra_headers", "extra_query", "headers"})


@runtime_checkable
class ModelObject(Protocol):
    """Anything that answers requests itself: a `scenario.models.LanguageModel`."""

    async def complete(self, request: Any) -> Any:
        """Answer a request."""
        ...


class ModelConfig(BaseModel):
    """A language model and the parameters of its calls.

    Other keyword arguments are parameters of the requests (``seed``, ``reasoning_effort``, …), or say how they are
    made (``timeout``, ``max_retries``, ``max_concurrency``, ``extra_headers``, ``client``, ``price``).

    Attributes:
        model: The model, as ``provider/name``.
        api_base: The address of the endpoint, when it is not the provider's own.
        api_key: The key, when it does not come from the provider's environment variable.
        temperature: Sampling temperature; None leaves it to the provider.
        max_tokens: The most tokens in a reply.
    """

    model_config = ConfigDict(extra="allow")

    model: str
    api_base: str | None = None
    api_key: str | None = Field(default=None, repr=False)
    temperature: float | None = 0.0
    max_tokens: int | None = None

    def __repr_args__(self) -> Any:
        """What `repr` shows: of what may hold a key, the name alone."""
        for name, value in super().__repr_args__():
            yield name, ("…" if name in _MAY_HOLD_A_KEY else value)
