"""How an endpoint is called, apart from what is asked: limits, headers, a client of one's own. Pure."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any

from scenario._models.checked import check_settings
from scenario._models.prices import Price

_logger = logging.getLogger("scenario")

_IGNORED = frozenset(
    {
        "allowed_openai_params",
        "cache",
        "caching",
        "custom_llm_provider",
        "drop_params",
        "fallbacks",
        "force_timeout",
        "logger_fn",
        "mock_response",
        "model_list",
        "no-log",
        "stream",
        "stream_options",
        "verbose",
    }
)
"""Parameters of litellm that mean nothing here, and those that would turn a reply into a stream."""

_PER_TOKEN = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")


@dataclass(frozen=True)
class Settings:
    """How an endpoint is called.

    Attributes:
        client: An ``AsyncOpenAI`` or ``OpenAI`` of the user's own.
        timeout: The most seconds that one try may take, or an ``httpx2.Timeout``; None is the default.
        max_retries: The most tries after the first; None is the default.
        max_concurrency: The most calls at once to the endpoint; None is the default.
        price: What the model costs, when the user says so.
        api_base: The endpoint's address; None is the provider's.
        api_key: Its key; None is the one in the environment.
        api_version: Azure's version of the interface.
        organization: OpenAI's organization.
        project: OpenAI's project.
        headers: More headers.
        query: More parameters of the address.
        ignored: Parameters that are known and mean nothing here; for the log.
    """

    client: Any = field(default=None, repr=False)
    timeout: Any = None
    max_retries: int | None = None
    max_concurrency: int | None = None
    price: Price | None = None
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    api_version: str | None = None
    organization: str | None = None
    project: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    query: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    ignored: frozenset[str] = frozenset()


_FIELDS = {field.name: field.name for field in fields(Settings) if field.name not in {"query", "ignored"}} | {
    "extra_headers": "headers",
    "extra_query": "query",
    "num_retries": "max_retries",
    "request_timeout": "timeout",
    "base_url": "api_base",
}
"""The fields of the settings, by the names under which they are given."""


def split(extra: Mapping[str, Any], base: Settings | None = None) -> tuple[Settings, dict[str, Any]]:
    """Tell the parameters of a call from how it is made.

    Args:
        extra: What was given by name.
        base: Settings that hold unless `extra` says otherwise.

    Returns:
        The settings, and the parameters that go into the request.

    Raises:
        ConfigError: A setting cannot be used.
    """
    known: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    ignored: set[str] = set()
    for name, value in extra.items():
        if name in _FIELDS:
            if value is not None:
                known[_FIELDS[name]] = value
        elif name in _IGNORED:
            ignored.add(name)
        else:
            parameters[name] = value
    price = _price_per_token(parameters)
    if price is not None and "price" not in known:
        known["price"] = price
    check_settings(known)
    settings = base or Settings()
    if ignored:
        known["ignored"] = settings.ignored | ignored
    return (replace(settings, **known) if known else settings), parameters


def _price_per_token(parameters: dict[str, Any]) -> Price | None:
    """The price that litellm's parameters name, in US dollars a token; they are taken out."""
    given = [parameters.pop(name, None) for name in _PER_TOKEN]
    rates = [float(rate) * 1_000_000 if isinstance(rate, int | float) else None for rate in given]
    if rates[0] is None or rates[1] is None:
        return None
    return Price(rates[0], rates[1], rates[2])


@cache
def mention_ignored(label: str, names: frozenset[str]) -> None:
    """Log, once for each model, which of its parameters mean nothing here."""
    _logger.warning(
        "%s: these parameters mean nothing here and are left out: %s", label, ", ".join(sorted(names))
    )
