"""A language model that is known by its name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from typing import Any, cast

from scenario._models.calling import Line, Try, call
from scenario._models.exchange import exchange
from scenario._models.io_loop import io_loop
from scenario._models.openai_calls import ask, ask_own
from scenario._models.port import ModelReply, ModelRequest
from scenario._models.prices import price_list
from scenario._models.providers import Endpoint, Missing, find, unknown
from scenario._models.retry import RetryPolicy
from scenario._models.settings import Settings, mention_ignored, split
from scenario._redaction import register_secret
from scenario._secret_shapes import is_secret_name
from scenario.errors import ModelError

__tracebackhide__ = True  # pytest leaves our frames out: their values can hold keys


class NamedModel:
    """A language model that is known by its name, such as ``openai/gpt-4.1-mini``.

    Where it is and with which key is looked up at each call, so that a key may be set later. Calls are made on the
    I/O loop of the process.

    Args:
        name: The name.
        settings: How it is called.
    """

    def __init__(self, name: str, settings: Settings | None = None) -> None:
        self.name = name
        self.settings = settings or Settings()

    def __repr__(self) -> str:
        """The name."""
        return f"NamedModel({self.name!r})"

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Answer a request.

        Args:
            request: What is asked. Its ``extra`` may also hold what says how the call is made.

        Raises:
            ModelError: It could not be had.
        """
        settings, more = split(request.extra, self.settings) if request.extra else (self.settings, {})
        if settings.ignored:
            mention_ignored(self.name, settings.ignored)
        endpoint = find(self.name, os.environ, settings)
        if endpoint is None and find_spec("litellm") is None:
            endpoint = unknown(self.name)
        if isinstance(endpoint, Missing):
            raise ModelError(endpoint.text, provider=endpoint.provider, model=self.name, attempts=0)
        if endpoint is None:
            return await self._by_litellm(request, settings, more)
        register_secret(endpoint.key, endpoint.key_variable)
        register_fields(settings.headers, settings.query, more.get("extra_body"))
        params = parameters(request, endpoint.model, more)
        return await io_loop().run(_called(self.name, endpoint, settings, params))

    async def _by_litellm(
        self, request: ModelRequest, settings: Settings, more: Mapping[str, Any]
    ) -> ModelReply:
        from scenario._models.litellm_calls import ask_litellm  # noqa: PLC0415 - an extra

        register_secret(settings.api_key)
        register_fields(settings.headers, settings.query, more.get("extra_body"))
        params = parameters(request, self.name, more)
        endpoint = Endpoint(self.name.partition("/")[0], "", self.name, "")
        make_try = partial(ask_litellm, settings=settings)
        return await io_loop().run(_called(self.name, endpoint, settings, params, make_try))


def register_fields(*groups: Any) -> None:
    """Treat as secrets what stands under a secret's name, such as a header ``X-Auth-Token``, in these mappings."""
    for group in groups:
        for name, value in cast("Mapping[Any, Any]", group).items() if isinstance(group, Mapping) else ():
            if is_secret_name(str(name)) and isinstance(value, str):
                register_secret(value.rpartition(" ")[2], str(name))  # before it stands a word such as Bearer


def parameters(request: ModelRequest, model: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """A request in the protocol's terms.

    Args:
        request: The request.
        model: The model as the provider names it.
        more: The parameters among the request's ``extra``; what the request itself says goes before them.
    """
    params: dict[str, Any] = {**more, "model": model, "messages": list(request.messages)}
    if request.tools:
        params["tools"] = list(request.tools)
        if request.tool_choice is not None:
            params["tool_choice"] = request.tool_choice
    said = {
        "response_format": request.response_format,
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
    }
    return params | {name: value for name, value in said.items() if value is not None}


async def _called(
    label: str, endpoint: Endpoint, settings: Settings, params: Mapping[str, Any], make_try: Try | None = None
) -> ModelReply:
    """Call an endpoint; on the I/O loop."""
    address = endpoint.base_url or f"litellm:{endpoint.provider}"
    gate = exchange().gate(address)
    if settings.max_concurrency is not None:
        gate.cap(settings.max_concurrency)
    line = Line(
        label,
        endpoint.provider,
        endpoint.model,
        gate,
        exchange().learned(address, endpoint.model),
        RetryPolicy() if settings.max_retries is None else RetryPolicy(retries=settings.max_retries),
        settings.price or price_list().find(endpoint.provider, endpoint.model),
        endpoint.base_url,
        endpoint.key_variable,
    )
    return await call(line, params, make_try or _try_at(endpoint, settings))


def _try_at(endpoint: Endpoint, settings: Settings) -> Try:
    """How one try at an endpoint is made: with the user's own client, or with ours."""
    if settings.client is not None:
        return partial(ask_own, settings.client, settings=settings)
    whole = replace(
        settings, headers={**endpoint.headers, **settings.headers}, query={**endpoint.query, **settings.query}
    )
    return partial(ask, exchange().client(endpoint, settings), settings=whole)
