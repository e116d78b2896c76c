"""Calls that agents make with the ``openai`` package, as spans.

The one method that every request goes through, ``OpenAI.request`` and ``AsyncOpenAI.request``, is wrapped: the
resources below it, such as ``Completions``, may not be loaded before an agent's first call. Outside of a
recorded call of an agent the wrapper only passes on, and inside of one it changes nothing but the time.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from scenario import _genai as genai
from scenario._genai_messages import field
from scenario._tracing.chat import Attributes, is_reply, provider_at
from scenario._tracing.instrumentors import is_instrumented
from scenario._tracing.model_call import ModelCall, quietly, recorded_call

_OURS = "__scenario_records__"
_PATHS = ("/chat/completions", "/responses")
_RESOURCES = (
    ("openai.resources.chat.completions.completions", ("Completions", "AsyncCompletions")),
    ("openai.resources.responses.responses", ("Responses", "AsyncResponses")),
)

Silence = Callable[[], bool]
"""Says whether somebody else makes a span of the call that is made here."""


def record_openai(is_told_elsewhere: Silence) -> None:
    """Make spans of the calls that agents make with ``openai``, if it is loaded. Once; nothing is imported.

    Args:
        is_told_elsewhere: Asked before each span, so that no call gets two.
    """
    package = sys.modules.get("openai")
    if package is None:
        return
    for name, wrap in (("OpenAI", _wrapped), ("AsyncOpenAI", _wrapped_async)):
        client: Any = getattr(package, name, None)
        request: Any = getattr(client, "request", None)
        if request is not None and not getattr(request, _OURS, False):
            client.request = wrap(request, is_told_elsewhere)


def _wrapped(request: Callable[..., Any], is_told_elsewhere: Silence) -> Callable[..., Any]:
    @functools.wraps(request)
    def record(self: Any, *args: Any, **kwargs: Any) -> Any:
        model_call = quietly(lambda: _begun(self, args, kwargs, is_told_elsewhere))
        if model_call is None:
            return request(self, *args, **kwargs)
        try:
            with model_call.current():
                response = request(self, *args, **kwargs)
        except BaseException as error:  # whatever ends the call ends its span, cancellation too; raised again
            model_call.fail(error)
            raise
        quietly(lambda: _watch(model_call, response, Chunks))
        return response

    setattr(record, _OURS, True)
    return record


def _wrapped_async(request: Callable[..., Any], is_told_elsewhere: Silence) -> Callable[..., Any]:
    @functools.wraps(request)
    async def record(self: Any, *args: Any, **kwargs: Any) -> Any:
        model_call = quietly(lambda: _begun(self, args, kwargs, is_told_elsewhere))
        if model_call is None:
            return await request(self, *args, **kwargs)
        try:
            with model_call.current():
                response = await request(self, *args, **kwargs)
        except BaseException as error:  # whatever ends the call ends its span, cancellation too; raised again
            model_call.fail(error)
            raise
        quietly(lambda: _watch(model_call, response, AsyncChunks))
        return response

    setattr(record, _OURS, True)
    return record


def _begun(
    client: Any, args: tuple[Any, ...], kwargs: dict[str, Any], is_told_elsewhere: Silence
) -> ModelCall | None:
    """The span of a request, started; None when it is no call of a model, or not ours to tell."""
    call = recorded_call()
    if call is None:
        return None
    options = kwargs["options"] if "options" in kwargs else args[1]
    if field(options, "method") != "post" or not str(field(options, "url")).endswith(_PATHS):
        return None
    if is_told_elsewhere() or _is_traced(client):
        return None
    return ModelCall(call, field(options, "json_data"), _about(client))


def _about(client: Any) -> Attributes:
    url = field(client, "base_url")
    host, port = str(field(url, "host") or ""), field(url, "port")
    if not host:
        return {genai.PROVIDER_NAME: "openai"}
    default = 443 if field(url, "scheme") == "https" else 80
    return {
        genai.PROVIDER_NAME: provider_at(host),
        genai.SERVER_ADDRESS: host,
        genai.SERVER_PORT: port or default,
    }


def _watch(model_call: ModelCall, response: Any, chunks: Callable[[Any, ModelCall], Any]) -> None:
    """Tell what a response says: at once, or when its stream has come to its end."""
    if is_reply(response):
        model_call.finish(response)
    elif isinstance(field(response, "_iterator"), AsyncIterator | Iterator):
        response._iterator = chunks(response._iterator, model_call)  # noqa: SLF001 - the only place where all chunks pass
    else:
        model_call.finish(quietly(lambda: _raw(response)))


def _raw(response: Any) -> Any:
    """The reply in a response that was asked for as it came, if its body has been read."""
    http = field(response, "http_response")
    return http.json() if field(http, "is_stream_consumed") is True else None


class Chunks(Iterator[Any]):
    """The chunks of a stream, told to the span as they pass."""

    def __init__(self, chunks: Iterator[Any], model_call: ModelCall) -> None:
        self._chunks = chunks
        self._call = model_call

    def __next__(self) -> Any:
        try:
            chunk = next(self._chunks)
        except StopIteration:
            self._call.finish()
            raise
        except BaseException as error:  # whatever ends the call ends its span, cancellation too; raised again
            self._call.fail(error)
            raise
        self._call.add(chunk)
        return chunk


class AsyncChunks(AsyncIterator[Any]):
    """The chunks of an asynchronous stream, told to the span as they pass."""

    def __init__(self, chunks: AsyncIterator[Any], model_call: ModelCall) -> None:
        self._chunks = chunks
        self._call = model_call

    async def __anext__(self) -> Any:
        try:
            chunk = await anext(self._chunks)
        except StopAsyncIteration:
            self._call.finish()
            raise
        except BaseException as error:  # whatever ends the call ends its span, cancellation too; raised again
            self._call.fail(error)
            raise
        self._call.add(chunk)
        return chunk


def _is_traced(client: Any) -> bool:
    """Whether an instrumentor makes a span of the client's calls: it has wrapped a method that they go through."""
    methods = [field(type(client), "request"), field(type(client), "post"), vars(client).get("request")]
    for module, names in _RESOURCES:
        loaded = sys.modules.get(module)
        methods += [field(field(loaded, name), "create") for name in names]
    return any(is_instrumented(method) for method in methods)
