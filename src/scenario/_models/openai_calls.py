"""One try of a call through the ``openai`` package, or through a client of the user's own that is like it."""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Mapping
from functools import cache
from typing import Any, cast

from scenario._models.checked import is_whole
from scenario._models.reply import Answer, error_in, error_text
from scenario._models.retry import Failure, Trouble, trouble_of
from scenario._models.settings import Settings

__tracebackhide__ = True  # pytest leaves our frames out: their values can hold keys

_NO_CONNECTION = frozenset({"ConnectError", "ConnectTimeout"})
_MOST_TEXT = 600
DEFAULT_TIMEOUT = 300.0
"""Seconds of one try. The client's own limit begins anew with each byte, and servers send some to be waited for."""


class TryFailedError(Exception):
    """A try failed. It is made without the error that it stands for, whose request holds the key.

    Attributes:
        failure: How.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.text)
        self.failure = failure


async def ask(client: Any, params: Mapping[str, Any], settings: Settings) -> Answer:
    """Make one try with a client of ours.

    Args:
        client: An ``AsyncOpenAI``.
        params: The request, by the names of the protocol.
        settings: How it is made.

    Raises:
        TryFailedError: It failed.
    """
    arguments = _arguments(params, settings)
    limit = DEFAULT_TIMEOUT if settings.timeout is None else settings.timeout
    seconds = limit if isinstance(limit, int | float) else None  # else the user's own limits say it all
    try:
        async with asyncio.timeout(seconds):
            response = await client.chat.completions.with_raw_response.create(**arguments)
        http = response.http_response
        return _read(http.status_code, http.content, http.headers)
    except TryFailedError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not carry the request's headers out
        raise TryFailedError(failure_of(error)) from None


async def ask_own(client: Any, params: Mapping[str, Any], settings: Settings) -> Answer:
    """Make one try with a client of the user's own: on this loop, or on a thread if it is a synchronous one.

    Args:
        client: An ``AsyncOpenAI``, an ``OpenAI``, or anything with ``chat.completions.create``.
        params: The request.
        settings: How it is made.

    Raises:
        TryFailedError: It failed.
    """
    arguments = _arguments(params, settings)
    try:
        create = client.chat.completions.create
        if _is_asynchronous(create):
            completion = await create(**arguments)
        else:
            completion = await asyncio.to_thread(create, **arguments)
            completion = await completion if inspect.isawaitable(completion) else completion
        return Answer(plain_of(completion), _request_id(completion))
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not carry the request's headers out
        raise TryFailedError(failure_of(error)) from None


def failure_of(error: BaseException) -> Failure:
    """What an exception of a client says, without the request that it carries."""
    told: Any = error
    status = _attribute(told, "status_code")
    cause = told.__cause__ or told.__context__
    if isinstance(status, int):
        response = _attribute(told, "response")
        headers = _headers(_attribute(response, "headers"))
        body = _attribute(told, "body")
        code, param = _attribute(told, "code"), _attribute(told, "param")
        return Failure(
            trouble_of(status, code if isinstance(code, str) else None, headers),
            (error_text(body) or str(error))[:_MOST_TEXT],
            status,
            param if isinstance(param, str) else None,
            code if isinstance(code, str) else None,
            _attribute(told, "request_id") or headers.get("x-request-id"),
            headers,
        )
    names = {kind.__name__ for kind in (*type(error).__mro__, *type(cause).__mro__)}
    text = f"{error}".strip() or type(error).__name__
    if names & _NO_CONNECTION:
        return Failure(Trouble.UNREACHABLE, f"{cause or error}".strip() or text)
    if type(error) is TimeoutError:
        return Failure(Trouble.TIMED_OUT, "there was no whole answer within the limit")
    if names & {"APITimeoutError", "TimeoutException", "Timeout"} or isinstance(error, TimeoutError):
        return Failure(Trouble.TIMED_OUT, text)
    if names & {"APIConnectionError", "TransportError"}:
        return Failure(Trouble.BROKEN, f"{cause or error}".strip() or text)
    return Failure(Trouble.REFUSED, f"{type(error).__name__}: {text}"[:_MOST_TEXT])


def _attribute(value: Any, name: str) -> Any:
    return getattr(value, name, None)


@cache
def _known() -> frozenset[str]:
    """The parameters that the installed client takes by name."""
    from openai.types.chat import completion_create_params  # noqa: PLC0415 - only with the client

    base = completion_create_params.CompletionCreateParamsBase
    return frozenset(base.__annotations__) - {"stream_options"}


def _arguments(params: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    known = _known()
    arguments: dict[str, Any] = {name: value for name, value in params.items() if name in known}
    body: dict[str, Any] = {name: value for name, value in params.items() if name not in known}
    if isinstance(body.get("extra_body"), Mapping):
        body.update(body.pop("extra_body"))
    if body:
        arguments["extra_body"] = body
    if settings.headers:
        arguments["extra_headers"] = {
            name: str(value) if isinstance(value, int | float) else value
            for name, value in settings.headers.items()
        }
    if settings.query:
        arguments["extra_query"] = dict(settings.query)
    if settings.timeout is not None:
        arguments["timeout"] = settings.timeout
    return arguments


def _read(status: int, content: bytes, raw_headers: Any) -> Answer:
    headers = _headers(raw_headers)
    request_id = headers.get("x-request-id")
    try:
        body: Any = json.loads(content)
    except ValueError:
        shown = content[:_MOST_TEXT].decode("utf-8", "replace")
        text = f"it is not JSON, but {shown!r}" if shown else "it is empty"
        raise TryFailedError(Failure(Trouble.UNREADABLE, text, status, request_id=request_id)) from None
    error = error_in(body)
    if error is not None:
        raise TryFailedError(_failure_in(error, request_id, headers))
    return Answer(body, request_id)


def _failure_in(error: Mapping[str, Any], request_id: str | None, headers: Mapping[str, str]) -> Failure:
    """An error that came with status 200, as gateways do: its code is the status that it should have had."""
    code = error.get("code")
    status = code if is_whole(code) else None
    trouble = trouble_of(status, None, headers) if status is not None else Trouble.REFUSED
    word = code if isinstance(code, str) else None
    text = error_text({"error": error}) or "an error without a text"
    return Failure(trouble, text[:_MOST_TEXT], status, None, word, request_id, headers)


def _headers(headers: Any) -> dict[str, str]:
    if not isinstance(headers, Mapping):
        return {}
    return {str(name).lower(): str(value) for name, value in cast("Mapping[Any, Any]", headers).items()}


def _is_asynchronous(create: Any) -> bool:
    while create is not None:
        if inspect.iscoroutinefunction(create):
            return True
        create = getattr(create, "__wrapped__", None)
    return False


def plain_of(completion: Any) -> Any:
    """A client's answer as data."""
    dump = getattr(completion, "model_dump", None)
    return dump() if callable(dump) else completion


def _request_id(completion: Any) -> str | None:
    found = getattr(completion, "_request_id", None)
    return found if isinstance(found, str) else None
