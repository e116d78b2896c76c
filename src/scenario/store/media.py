"""Large media: taken out of content by what they hold, kept once, and put back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, cast

from sqlalchemy import Connection, delete, select

from scenario.store import schema
from scenario.store.dialects import insert_if_new

LARGE: Final = 64 * 1024
"""Texts of base64 from this length on are kept apart, in characters."""

_DATA_URL = re.compile(r"data:([^,]{0,200});base64,")
_MARK = re.compile(r"scenario-media:sha256-([0-9a-f]{64})(?:;(.*))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Medium:
    """Something large.

    Attributes:
        hash: SHA-256 of its bytes, in hexadecimal digits.
        data: The bytes.
    """

    hash: str
    data: bytes


class Shelf(Protocol):
    """Where large media are kept."""

    def put(self, connection: Connection, medium: Medium) -> None:
        """Keep a medium, if it is not there."""
        ...

    def get(self, digest: str) -> bytes | None:
        """The bytes of a medium, or None when it is not there."""
        ...

    def drop(self, connection: Connection, digest: str) -> None:
        """Remove a medium."""
        ...


class FolderShelf:
    """Keeps media as files, named by their hash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, connection: Connection, medium: Medium) -> None:
        """Keep a medium; a file is there as a whole or not at all."""
        path = self._path(medium.hash)
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(medium.data)
            Path(name).replace(path)
        except BaseException:  # whatever it is: no unfinished file stays; raised again
            Path(name).unlink(missing_ok=True)
            raise

    def get(self, digest: str) -> bytes | None:
        """The bytes of a medium, or None when it is not there."""
        path = self._path(digest)
        return path.read_bytes() if path.is_file() else None

    def drop(self, connection: Connection, digest: str) -> None:
        """Remove a medium."""
        self._path(digest).unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


class BlobShelf:
    """Keeps media in a table, where there is no folder that all who read can see."""

    def __init__(self, reading: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._reading = reading

    def put(self, connection: Connection, medium: Medium) -> None:
        """Keep a medium, if it is not there."""
        row = {"hash": medium.hash, "data": medium.data}
        connection.execute(insert_if_new(connection, schema.blob), row)

    def get(self, digest: str) -> bytes | None:
        """The bytes of a medium, or None when it is not there."""
        with self._reading() as connection:
            return connection.scalar(select(schema.blob.c.data).where(schema.blob.c.hash == digest))

    def drop(self, connection: Connection, digest: str) -> None:
        """Remove a medium."""
        connection.execute(delete(schema.blob).where(schema.blob.c.hash == digest))


def take_out(value: Any, found: dict[str, Medium], least: int = LARGE) -> Any:
    """The value with a mark in the place of each large medium.

    Args:
        value: Plain data. Text counts as a medium when it is base64, alone or in a ``data:`` URL, and would be
            written in exactly the same way again.
        found: Gets the media, by their hash.
        least: The fewest characters that count as large.
    """
    if isinstance(value, str):
        return value if len(value) < least else _taken(value, found)
    if isinstance(value, Mapping):
        return {key: take_out(item, found, least) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list):
        return [take_out(item, found, least) for item in cast("list[Any]", value)]
    return value


def put_back(value: Any, get: Callable[[str], bytes | None]) -> Any:
    """The value with the media in the places of their marks; the mark of one that is gone stays."""
    if isinstance(value, str):
        mark = _MARK.fullmatch(value) if value.startswith("scenario-media:") else None
        data = get(mark[1]) if mark is not None else None
        if mark is None or data is None:
            return value
        return (mark[2] or "") + base64.b64encode(data).decode("ascii")
    if isinstance(value, Mapping):
        return {key: put_back(item, get) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list):
        return [put_back(item, get) for item in cast("list[Any]", value)]
    return value


def _taken(text: str, found: dict[str, Medium]) -> str:
    head = _DATA_URL.match(text)
    prefix = head[0] if head is not None else ""
    body = text[len(prefix) :]
    try:
        data = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return text
    if base64.b64encode(data).decode("ascii") != body:
        return text
    medium = Medium(hashlib.sha256(data).hexdigest(), data)
    found[medium.hash] = medium
    return f"scenario-media:sha256-{medium.hash};{prefix}"
