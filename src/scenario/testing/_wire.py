"""HTTP/1.1 as a small server needs it (RFC 9112): read a request, write an answer."""

from __future__ import annotations

import json
import time
from asyncio import IncompleteReadError, LimitOverrunError, StreamReader
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_PHRASES = {each.value: each.phrase for each in HTTPStatus}


@dataclass(frozen=True)
class ReceivedRequest:
    """A request that a server received.

    Attributes:
        method: Such as ``POST``.
        path: The path, decoded, without the query.
        query: The query's parameters.
        headers: The headers; their names are in lower case.
        body: The body: JSON decoded, other text as text.
        raw: The body as it came.
        at: When it came, in seconds since the Unix epoch.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    raw: bytes
    at: float


@dataclass(frozen=True)
class Answer:
    """An answer of a server, as it is.

    Attributes:
        body: Bytes and text are sent as they are (so ``Answer("{oops")`` is broken JSON), other data as JSON.
        status: The HTTP status.
        headers: More headers.
        content_type: JSON unless given.
    """

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    content_type: str = "application/json"


@dataclass(frozen=True)
class Streamed:
    """An answer that comes in pieces.

    Attributes:
        pieces: Each is sent on its own: bytes and text as they are, other data as a line of JSON. See `events`.
        content_type: Server-sent events unless given.
        breaks: Whether the connection breaks after the last piece, before the answer is complete.
        status: The HTTP status.
        headers: More headers.
    """

    pieces: Sequence[Any]
    content_type: str = "text/event-stream"
    breaks: bool = False
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def events(cls, *data: Any, breaks: bool = False) -> Streamed:
        """Server-sent events, one for each: text as it is, other data as JSON."""
        written = (each if isinstance(each, str) else _json(each) for each in data)
        return cls(tuple(f"data: {text}\n\n" for text in written), breaks=breaks)


@dataclass(frozen=True)
class HangUp:
    """The connection is closed without an answer."""


class BadRequestError(ValueError):
    """What came is no request."""


async def read_request(reader: StreamReader) -> ReceivedRequest | None:
    """The next request of a connection; None when there is none.

    Raises:
        BadRequestError: What came is no HTTP request.
    """
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (IncompleteReadError, ConnectionError):
        return None
    except LimitOverrunError as error:
        raise BadRequestError("the head of the request is too long") from error
    first, *lines = head[:-4].split("\r\n")
    try:
        method, target, _version = first.split(" ")
        headers = {
            name.strip().lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)
        }
        raw = await _read_body(reader, headers)
    except (ValueError, IncompleteReadError) as error:
        raise BadRequestError(f"this is no request: {first!r}") from error
    parts = urlsplit(target)
    return ReceivedRequest(
        method, unquote(parts.path), dict(parse_qsl(parts.query)), headers, _decoded(raw), raw, time.time()
    )


async def _read_body(reader: StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readline()
    return body


def _decoded(raw: bytes) -> Any:
    text = raw.decode(errors="replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def prepared(answer: Answer | Streamed) -> Answer | Streamed:
    """The answer with nothing but bytes in it.

    Raises:
        TypeError: It holds something that JSON cannot.
    """
    if isinstance(answer, Answer):
        return replace(answer, body=_as_bytes(answer.body))
    return replace(
        answer,
        pieces=[
            _as_bytes(piece if isinstance(piece, bytes | str) else f"{_json(piece)}\n")
            for piece in answer.pieces
        ],
    )


def written(answer: Answer | Streamed) -> Iterator[bytes]:
    """A prepared answer as HTTP, piece by piece."""
    if isinstance(answer, Answer):
        length = f"Content-Length: {len(answer.body)}"
        yield _head(answer.status, answer.content_type, answer.headers, length) + answer.body
        return
    yield _head(answer.status, answer.content_type, answer.headers, "Transfer-Encoding: chunked")
    for piece in answer.pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    if not answer.breaks:
        yield b"0\r\n\r\n"


def _head(status: int, content_type: str, headers: Mapping[str, str], length: str) -> bytes:
    lines = [f"HTTP/1.1 {status} {_PHRASES.get(status, 'Unknown')}", f"Content-Type: {content_type}", length]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _as_bytes(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return (body if isinstance(body, str) else _json(body)).encode()


def _json(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False)
