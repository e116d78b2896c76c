"""What clients send, read within bounds: compressed or not, in one piece or many."""

from __future__ import annotations

import json
import zlib
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from scenario.web.answers import RefusedError

LARGEST: Final = 64 * 2**20
"""The most bytes of a body, before and after it is unpacked."""

_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER: Final = 47
"""Tells zlib to read the forms of gzip and of deflate."""


async def body_of(request: Request, most: int = LARGEST) -> bytes:
    """The body of a request, unpacked.

    Raises:
        RefusedError: It is too large, damaged, or packed in another way.
    """
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise RefusedError(413, f"More than {most:,} bytes were sent.")
            parts.append(part)
    except ClientDisconnect as error:
        raise RefusedError(400, "The connection ended before the request did.") from error
    data, encoding = b"".join(parts), request.headers.get("content-encoding", "")
    return await run_in_threadpool(unpacked, data, encoding, most) if encoding else data


def unpacked(data: bytes, encoding: str, most: int = LARGEST) -> bytes:
    """The data without its packing.

    Raises:
        RefusedError: It becomes too large, is damaged, or is packed in another way.
    """
    name = encoding.strip().lower()
    if name in {"", "identity"}:
        return data
    if name not in _PACKED:
        raise RefusedError(400, f"Content-Encoding is gzip, deflate or nothing, not {name[:40]!r}.")
    reader = zlib.decompressobj(_EITHER)
    try:
        found = reader.decompress(data, most + 1)
    except zlib.error as error:
        raise RefusedError(400, "The body is not packed as its Content-Encoding says.") from error
    if len(found) > most:
        raise RefusedError(413, f"The body becomes larger than {most:,} bytes.")
    if not reader.eof:
        raise RefusedError(400, "The body ends in the middle.")
    return found


def json_of(data: bytes) -> Any:
    """The data of a JSON text.

    Raises:
        RefusedError: It is none.
    """
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        reason = "it is too deep" if isinstance(error, RecursionError) else " ".join(str(error).split())[:200]
        raise RefusedError(400, f"The body is no JSON: {reason}.") from error
