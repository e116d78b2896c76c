"""Language models as players use them: what they are asked and answer, who provides them, what they cost.

Light to import: no client is loaded before the first call of a model.
"""

from __future__ import annotations

from typing import Any

from scenario._models.named_model import NamedModel
from scenario._models.port import LanguageModel, ModelReply, ModelRequest, ToolCall
from scenario._models.prices import Price, register_price
from scenario._models.providers import PROVIDERS, Provider
from scenario._models.settings import split
from scenario.errors import ModelError
from scenario.usage import ModelCall, RunUsage, Usage

__all__ = [
    "PROVIDERS",
    "LanguageModel",
    "ModelCall",
    "ModelError",
    "ModelReply",
    "ModelRequest",
    "Price",
    "Provider",
    "RunUsage",
    "ToolCall",
    "Usage",
    "language_model",
    "register_price",
]


def language_model(
    name: str, *, api_base: str | None = None, api_key: str | None = None, **settings: Any
) -> LanguageModel:
    """A language model by its name, to be asked directly: by a judge of one's own, or by a tool.

    Args:
        name: The model, such as ``openai/gpt-4.1-mini``.
        api_base: The address of its endpoint, when it is not the provider's own.
        api_key: The key, when it does not come from the provider's environment variable.
        settings: How it is called: ``timeout``, ``max_retries``, ``max_concurrency``, ``extra_headers``, ``client``
            and others.

    Returns:
        The model. Nothing is imported or opened before its first call.

    Raises:
        TypeError: A setting that says what to ask and not how: that belongs into the `ModelRequest`.
    """
    how, rest = split({**settings, "api_base": api_base, "api_key": api_key})
    if rest:
        names = ", ".join(f"`{name}`" for name in sorted(rest))
        raise TypeError(
            f"language_model() has no setting {names}. Give parameters of requests to ModelRequest."
        )
    return NamedModel(name, how)
