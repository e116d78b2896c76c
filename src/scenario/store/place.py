"""Where a store is: a file or a server. Pure but for looking at folders."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from scenario.errors import ConfigError

OFF: Final = "off"
FOLDER: Final = ".scenario"
FILE: Final = "runs.db"
_MARKS = ("pyproject.toml", ".git")
_SERVERS = frozenset({"postgres", "postgresql", "postgresql+psycopg"})
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class FilePlace:
    """A store in an SQLite file.

    Attributes:
        path: The file.
    """

    path: Path

    @property
    def media(self) -> Path:
        """The folder beside it that holds large media."""
        return self.path.with_name(f"{self.path.name}-media")

    def __str__(self) -> str:
        """The file as people would write it: relative to the working directory if it is below."""
        here = Path.cwd()
        return str(self.path.relative_to(here) if self.path.is_relative_to(here) else self.path)


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """A store on a PostgreSQL server.

    Attributes:
        url: Its address, password included. `str` leaves the password out.
    """

    url: str

    def __repr__(self) -> str:
        return f"ServerPlace({str(self)!r})"

    def __str__(self) -> str:
        """The address without user, password and parameters."""
        parts = urlsplit(self.url)
        where = parts.netloc.rpartition("@")[2]
        return f"postgresql://{where}{parts.path}"


Place: TypeAlias = FilePlace | ServerPlace


def place_of(configured: str | os.PathLike[str] | None, folder: Path | None = None) -> Place | None:
    """The place that a setting names.

    Args:
        configured: A path, a URL, ``off`` or empty for none; None for the default place of the project.
        folder: Where paths begin, and where the project is looked for; the working directory by default.

    Returns:
        The place, or None for ``off``.

    Raises:
        ConfigError: The URL is of a kind that cannot be a store.
    """
    here = (folder or Path.cwd()).resolve()
    if configured is None:
        return FilePlace(project_of(here) / FOLDER / FILE)
    text = os.fspath(configured).strip()
    if text.lower() in {"", OFF}:
        return None
    if text.startswith(_SQLITE):
        text = text.removeprefix(_SQLITE)
    elif "://" in text:
        return _server(text)
    return FilePlace((here / Path(text).expanduser()).resolve())


def project_of(folder: Path) -> Path:
    """The nearest folder upwards that holds a ``pyproject.toml`` or a ``.git``; `folder` itself if none does."""
    for candidate in (folder, *folder.parents):
        if any((candidate / mark).exists() for mark in _MARKS):
            return candidate
    return folder


def _server(url: str) -> ServerPlace:
    scheme, _, rest = url.partition("://")
    if scheme.lower() not in _SERVERS:
        raise ConfigError(
            f"`store` cannot be a URL that begins with {scheme}://. Give a path, sqlite:///PATH, "
            "postgresql://USER@HOST/DATABASE, or off.",
            source="store",
        )
    return ServerPlace(f"postgresql+psycopg://{rest}")
