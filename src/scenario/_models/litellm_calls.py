"""One try of a call through ``litellm``, for providers that the table does not know. An extra, imported only here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from scenario._models.checked import is_number
from scenario._models.exchange import record_if_traced
from scenario._models.openai_calls import TryFailedError, failure_of, plain_of
from scenario._models.reply import Answer
from scenario._models.settings import Settings


async def ask_litellm(params: Mapping[str, Any], settings: Settings) -> Answer:
    """Make one try.

    Args:
        params: The request, by the names of OpenAI's protocol.
        settings: How it is made.

    Raises:
        TryFailedError: It failed.
    """
    try:
        package = await asyncio.to_thread(
            _litellm
        )  # the first time takes seconds: others need not wait for it
        completion = await package.acompletion(**params, **_options(settings))
        return Answer(plain_of(completion), cost=_cost(completion))
    except Exception as error:  # noqa: BLE001 - litellm raises the errors of all the clients below it
        raise TryFailedError(failure_of(error)) from None


@cache
def _litellm() -> Any:
    """The package, told not to print hints to the standard output, nor to fetch its price list over the network."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # read at import, and only from here
    import litellm  # noqa: PLC0415 # pyright: ignore[reportMissingImports] - an extra, and slow to import

    litellm.suppress_debug_info = True
    record_if_traced()
    return litellm


def _options(settings: Settings) -> dict[str, Any]:
    given = {
        "api_base": settings.api_base,
        "api_key": settings.api_key,
        "api_version": settings.api_version,
        "organization": settings.organization,
        "timeout": settings.timeout,
        "client": settings.client,
        "extra_headers": dict(settings.headers) or None,
    }
    return {name: value for name, value in given.items() if value is not None} | {
        "num_retries": 0,  # we try again ourselves
        "max_retries": 0,
        "drop_params": True,
    }


def _cost(completion: Any) -> float | None:
    """What litellm says that the call cost, in US dollars."""
    hidden = getattr(completion, "_hidden_params", None)
    cost = hidden.get("response_cost") if isinstance(hidden, Mapping) else None
    return float(cost) if is_number(cost) else None
