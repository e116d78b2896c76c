"""One request to an endpoint and its answer, tried again where that makes sense."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

from scenario._models.retry import Failure, RetryPolicy, Trouble
from scenario._redaction import bare_address
from scenario._text import shorten
from scenario.errors import EndpointError
from scenario.integrations._http.pool import pool
from scenario.integrations._http.reading import hidden
from scenario.integrations._http.streams import Event, StreamKind, events_in

if TYPE_CHECKING:
    from httpx2 import AsyncClient, Request, Response

__tracebackhide__ = True  # pytest leaves our frames out: their values can hold keys

_UNREACHABLE = frozenset({429, 502, 503, 504})
_MOST_REDIRECTS = 5
_SHOWN = 300
_CONNECT_SECONDS = 15.0
_chance = random.SystemRandom()  # a seed that a test sets must not make many callers come back at once


@dataclass(frozen=True)
class Asked:
    """A request to an endpoint.

    Attributes:
        agent: Who asks, for errors.
        method: The HTTP method.
        url: The address.
        headers: The headers.
        params: Parameters for the address.
        content: The body.
        stream: How the answer comes in pieces; None when it comes whole.
        timeout: The most seconds for one try, from connecting to the end of the answer.
        policy: How often to try, and how long to wait.
        most_bytes: The most bytes of an answer.
        secrets: Texts that no error may show.
    """

    agent: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    params: Mapping[str, str] | None = field(repr=False)
    content: bytes | None
    stream: StreamKind | None
    timeout: float
    policy: RetryPolicy
    most_bytes: int
    secrets: tuple[str, ...] = field(repr=False)

    @property
    def endpoint(self) -> str:
        """The address without credentials and query."""
        return bare_address(self.url)


@dataclass(frozen=True)
class Answered:
    """What an endpoint answered.

    Attributes:
        status: The HTTP status.
        headers: The headers, in small letters.
        cookies: The cookies that it sets.
        body: The body, when it came whole.
        events: What it said piece by piece, when it was a stream.
        seconds: How long it took, all tries together.
        attempts: How many tries there were.
    """

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: str
    events: tuple[Event, ...]
    seconds: float = 0.0
    attempts: int = 1


class _TryFailedError(Exception):
    def __init__(
        self, text: str, *, trouble: Trouble, unreachable: bool = True, response: Response | None = None
    ) -> None:
        super().__init__(text)
        headers = None if response is None else dict(response.headers)
        self.failure = Failure(
            trouble, text, None if response is None else response.status_code, headers=headers
        )
        self.unreachable = unreachable


async def exchange(asked: Asked) -> Answered:
    """Ask, on the I/O loop, and try again as the request's policy says.

    Raises:
        EndpointError: There was no usable answer.
    """
    client = await pool().client()
    began, attempt = time.monotonic(), 0
    while True:
        attempt += 1
        try:
            return await _try(client, asked, began, attempt)
        except _TryFailedError as error:
            failed = error  # what it was raised from holds the request, and so the key: it is not passed on
        elapsed = time.monotonic() - began
        wait = asked.policy.wait(failed.failure, attempt, elapsed, chance=_chance.random(), now=time.time())
        if wait is None:
            raise _final(asked, failed, attempt)
        await asyncio.sleep(wait)


def _final(asked: Asked, error: _TryFailedError, attempts: int) -> EndpointError:
    tries = f", {attempts} times in a row" if attempts > 1 else ""
    text = hidden(f"{asked.agent} at {asked.endpoint} {error}{tries}", asked.secrets)
    advice = (
        ". Is it running, and is this its address?" if error.failure.trouble is Trouble.UNREACHABLE else ""
    )
    return EndpointError(
        text + advice, endpoint=asked.endpoint, status=error.failure.status, unreachable=error.unreachable
    )


async def _try(client: AsyncClient, asked: Asked, began: float, attempt: int) -> Answered:
    try:
        async with asyncio.timeout(asked.timeout), _response(client, asked) as response:
            if response.is_error:
                raise await _refused(response, asked)
            body, events = await _read(response, asked)
            cookies = dict(response.cookies)
            seconds = time.monotonic() - began
            return Answered(
                response.status_code, dict(response.headers), cookies, body, events, seconds, attempt
            )
    except TimeoutError as error:
        text = f"gave no answer within {asked.timeout:g} s; raise `timeout` if it may take longer"
        raise _TryFailedError(text, trouble=Trouble.REFUSED) from error


@asynccontextmanager
async def _response(client: AsyncClient, asked: Asked) -> AsyncGenerator[Response]:
    """The answer at the end of the redirects, its body not yet read."""
    response = await _send(client, _request(client, asked))
    try:
        for _ in range(_MOST_REDIRECTS):
            if not response.has_redirect_location:
                break
            following = _redirected(response)
            await response.aclose()
            response = await _send(client, following)
        else:
            raise _TryFailedError(
                "redirects without end; give HttpAgent the address that it leads to",
                trouble=Trouble.REFUSED,
                unreachable=False,
            )
        yield response
    finally:
        await response.aclose()


def _request(client: AsyncClient, asked: Asked) -> Request:
    from httpx2 import Timeout  # noqa: PLC0415 - imported when it is needed

    return client.build_request(
        asked.method,
        asked.url,
        headers=asked.headers,
        params=asked.params,
        content=asked.content,
        timeout=Timeout(None, connect=min(asked.timeout, _CONNECT_SECONDS)),
    )


async def _send(client: AsyncClient, request: Request) -> Response:
    import httpx2  # noqa: PLC0415 - imported when it is needed

    try:
        return await client.send(request, stream=True, follow_redirects=False)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError) as error:
        text = f"cannot be reached ({_said(error)})"
        raise _TryFailedError(text, trouble=Trouble.UNREACHABLE) from error
    except (httpx2.NetworkError, httpx2.RemoteProtocolError) as error:
        text = f"closed the connection without an answer ({_said(error)})"
        raise _TryFailedError(text, trouble=Trouble.BROKEN) from error
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        text = f"cannot be asked ({_said(error)})"
        raise _TryFailedError(text, trouble=Trouble.REFUSED, unreachable=False) from error


def _said(error: Exception) -> str:
    return shorten(str(error) or type(error).__name__, _SHOWN)


def _redirected(response: Response) -> Request:
    """The request that a redirect leads to. It keeps its method and body, unless the answer is 303.

    Only the same host gets it: the headers may hold what no other host should see.
    """
    old = response.request
    target = old.url.join(response.headers["location"])
    if target.host != old.url.host or (old.url.scheme == "https" and target.scheme != "https"):
        shown = f"{target.scheme}://{target.netloc.decode('ascii')}{target.path}"
        text = f"redirects to another host ({shown}); give HttpAgent that address if it is the agent's"
        raise _TryFailedError(text, trouble=Trouble.REFUSED, unreachable=False, response=response)
    following = type(old)(
        old.method, target, headers=old.headers, content=old.content, extensions=old.extensions
    )
    following.headers["host"] = target.netloc.decode("ascii")
    if response.status_code == HTTPStatus.SEE_OTHER:
        following = type(old)("GET", target, headers=old.headers, extensions=old.extensions)
        for name in ("content-length", "content-type", "transfer-encoding"):
            following.headers.pop(name, None)
    return following


async def _refused(response: Response, asked: Asked) -> _TryFailedError:
    status = response.status_code
    body = await _some_of(response, asked)
    text = f"answered with status {status} ({response.reason_phrase}){f': {body}' if body else ''}"
    if status not in _UNREACHABLE:
        return _TryFailedError(text, trouble=Trouble.REFUSED, unreachable=False, response=response)
    trouble = Trouble.LIMITED if status == HTTPStatus.TOO_MANY_REQUESTS else Trouble.BUSY
    return _TryFailedError(text, trouble=trouble, response=response)


async def _some_of(response: Response, asked: Asked) -> str:
    read = b""
    async for piece in _pieces(response):
        read += piece
        if len(read) > _SHOWN * 4:
            break
    return shorten(hidden(read.decode(errors="replace"), asked.secrets), _SHOWN)


async def _pieces(response: Response) -> AsyncIterator[bytes]:
    import httpx2  # noqa: PLC0415 - imported when it is needed

    try:
        async for piece in response.aiter_bytes():
            yield piece
    except httpx2.TransportError as error:
        text = f"broke off in the middle of its answer ({_said(error)})"
        raise _TryFailedError(text, trouble=Trouble.REFUSED, response=response) from error
    except httpx2.DecodingError as error:
        text = f"answered with a body that cannot be decoded ({_said(error)})"
        raise _TryFailedError(text, trouble=Trouble.REFUSED, unreachable=False, response=response) from error


async def _read(response: Response, asked: Asked) -> tuple[str, tuple[Event, ...]]:
    if asked.stream is None:
        read = bytearray()
        async for piece in _capped(response, asked):
            read += piece
        return bytes(read).decode(response.encoding or "utf-8", errors="replace"), ()
    kind = response.headers.get("content-type", "")
    if asked.stream is StreamKind.SSE and not kind.startswith("text/event-stream"):
        text = f"answered with {kind or 'no content type'} in place of server-sent events: {await _some_of(response, asked)}"
        raise _TryFailedError(text, trouble=Trouble.REFUSED, unreachable=False, response=response)
    return "", tuple([event async for event in events_in(_capped(response, asked), asked.stream)])


async def _capped(response: Response, asked: Asked) -> AsyncIterator[bytes]:
    count = 0
    async for piece in _pieces(response):
        count += len(piece)
        if count > asked.most_bytes:
            text = f"answered with more than {asked.most_bytes:,} bytes; raise `max_reply_bytes` if that is right"
            raise _TryFailedError(text, trouble=Trouble.REFUSED, unreachable=False, response=response)
        yield piece
