"""Calls of models that are remembered under a scenario's ``cache_key``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from scenario._models.named_model import NamedModel
from scenario._models.port import LanguageModel, ModelReply, ModelRequest
from scenario._models.taped import reply_data, reply_of, request_data
from scenario.cache import scenario_cache
from scenario.usage import Usage


async def complete(model: LanguageModel, label: str, sample: int, request: ModelRequest) -> ModelReply:
    """Ask a model, or give what it replied to the same request before.

    Args:
        model: The model.
        label: Its name.
        sample: Tells apart votes, which ask the same and must not get one reply.
        request: What is asked.

    Returns:
        The reply. A remembered one used nothing and took no time.

    Raises:
        ModelError: The call was made, and the model could not be had.
    """
    made: list[ModelReply] = []
    where = (
        model.settings.api_base
        if isinstance(model, NamedModel)
        else f"{type(model).__module__}.{type(model).__qualname__}"
    )
    data = await _replied(model, where, sample, request_data(label, request), request, made)
    return made[0] if made else replace(reply_of(data), usage=Usage(), seconds=0.0, attempts=0)


@scenario_cache(ignore=["model", "request", "made"])
async def _replied(
    model: LanguageModel,
    where: str | None,
    sample: int,
    asked: dict[str, Any],
    request: ModelRequest,
    made: list[ModelReply],
) -> Any:
    del where, sample, asked  # what the reply is remembered by
    made.append(await model.complete(request))
    return reply_data(made[0])
