"""The file that results are kept in: SQLite, shared by threads and processes. A damaged file is moved aside."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
import time
import warnings
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from scenario.errors import ConfigError

T = TypeVar("T")

FORMAT: Final = 1
"""The version of the file's layout, which stands in it as SQLite's ``user_version``."""

FILE_NAME: Final = "results.sqlite"
_BUSY_SECONDS: Final = 10.0
_PAUSE: Final = 0.01
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_COLUMNS: Final = ["key", "label", "function", "created", "value", "digest"]
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS results (
    key TEXT PRIMARY KEY,
    label TEXT NOT NULL,
    function TEXT NOT NULL,
    created REAL NOT NULL,
    value TEXT NOT NULL,
    digest TEXT NOT NULL
) WITHOUT ROWID
"""


class _DamagedError(Exception):
    """What was read is not what was written."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A result to keep.

    Attributes:
        key: What the call is told apart by.
        label: The scenario's ``cache_key``.
        function: The function's name.
        value: The result as JSON.
    """

    key: str
    label: str
    function: str
    value: str


@dataclass(frozen=True, slots=True)
class Group:
    """What is kept of one function under one ``cache_key``.

    Attributes:
        label: The ``cache_key``.
        function: The function's name.
        count: How many results.
        size: Their size in bytes.
        newest: When the newest was kept, in seconds since the Unix epoch.
    """

    label: str
    function: str
    count: int
    size: int
    newest: float


class CacheFile:
    """One file of results. Trouble with it never becomes a wrong answer, and never an error: it is warned of, once.

    Args:
        folder: Where the file stands; it is made when it is needed.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._trouble: str | None = None

    def find(self, key: str) -> str | None:
        """The JSON that was kept under a key, or None."""
        return self._safely(lambda connection: _find(connection, key))

    def keep(self, entry: Entry) -> None:
        """Keep a result, in the place of one with the same key."""
        row = (
            entry.key,
            entry.label,
            entry.function,
            time.time(),
            entry.value,
            _digest(entry.key, entry.value),
        )
        self._safely(
            lambda connection: connection.execute("REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)", row)
        )

    def groups(self) -> list[Group]:
        """What is in the file, the newest last."""
        query = """
            SELECT label, function, count(*), sum(length(CAST(value AS BLOB))), max(created)
            FROM results GROUP BY label, function ORDER BY max(created), label, function
        """
        return self._safely(lambda connection: [Group(*row) for row in connection.execute(query)]) or []

    def clear(self, label: str | None = None, before: float | None = None) -> int:
        """Remove results.

        Args:
            label: Only those under this ``cache_key``.
            before: Only those kept before this time, in seconds since the Unix epoch.

        Returns:
            How many were removed.
        """
        chosen = "(?1 IS NULL OR label = ?1) AND (?2 IS NULL OR created < ?2)"

        def remove(connection: sqlite3.Connection) -> int:
            removed = connection.execute(f"DELETE FROM results WHERE {chosen}", (label, before)).rowcount  # noqa: S608
            if removed:
                connection.execute("VACUUM")
            return removed

        return self._safely(remove) or 0

    def close(self) -> None:
        """Close the file; it is opened again when it is needed."""
        with self._lock:
            self._close()

    @property
    def trouble(self) -> str | None:
        """Why the file is not used, if it is not."""
        return self._trouble

    def _safely(self, use: Callable[[sqlite3.Connection], T]) -> T | None:
        with self._lock:
            if self._trouble is not None:
                return None
            try:
                return self._mending(use)
            except (sqlite3.Error, OSError, ConfigError) as error:
                self._close()
                self._trouble = _text(error, self.path)
        warnings.warn(self._trouble, stacklevel=2)
        return None

    def _mending(self, use: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return use(self._open())
        except (sqlite3.DatabaseError, _DamagedError) as error:
            if isinstance(error, sqlite3.Error) and error.sqlite_errorcode & 0xFF not in _DAMAGED:
                raise
            self._close()
            aside = _move_aside(self.path)
            warnings.warn(
                f"The cache {self.path} is damaged ({error}). It is now {aside.name}, and a new one begins. "
                "Remove the old file when you do not need it.",
                stacklevel=3,
            )
            return use(self._open())

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _look(self.path)
            if not self.path.exists():
                os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
            self._connection = sqlite3.connect(
                self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            _prepare(self._connection, self.path)
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class CacheFiles:
    """The files that this process has open: one object for the process, so that threads share a connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = os.getpid()
        self._files: dict[Path, CacheFile] = {}
        self._worker: ThreadPoolExecutor | None = None

    def at(self, folder: Path) -> CacheFile:
        """The file in a folder."""
        with self._lock:
            self._forget_the_parent()
            return self._files.setdefault(folder, CacheFile(folder))

    def worker(self) -> ThreadPoolExecutor:
        """The thread in which files are used for asynchronous functions, whose loops must not wait for a disk."""
        with self._lock:
            self._forget_the_parent()
            if self._worker is None:
                self._worker = ThreadPoolExecutor(1, "scenario-cache")
            return self._worker

    def close(self) -> None:
        """Close and forget all files."""
        with self._lock:
            files, self._files = self._files, {}
        for file in files.values():
            file.close()

    def _forget_the_parent(self) -> None:
        if self._process != os.getpid():  # after a fork neither connections nor threads can be used
            self._process, self._files, self._worker = os.getpid(), {}, None


def _look(path: Path) -> None:
    """Refuse a file of a newer format without changing anything in it."""
    if not path.exists() or not path.stat().st_size:
        return
    with suppress(sqlite3.OperationalError):  # somebody opens or closes it just now: `_set_up` looks again
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as looking:
            _refuse_newer(looking, path)


def _refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > FORMAT:
        raise ConfigError(
            f"The cache {path} has format {version}, and this version of scenario knows formats up to {FORMAT}. "
            "It is left alone, and nothing is remembered. To go on, take a newer version of scenario, or set "
            "SCENARIO_CACHE_DIR to another folder.",
            source=os.fspath(path),
        )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables, unless they are there. Several processes may do so at once, and SQLite does not always wait."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            _refuse_newer(connection, path)
            return _set_up(connection)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE)


def _set_up(connection: sqlite3.Connection) -> None:
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = wal")
    connection.execute("PRAGMA synchronous = normal")
    for begin in (
        "BEGIN",
        "BEGIN IMMEDIATE",
    ):  # to look, which waits for nobody; and to write, when there is need
        with _transaction(connection, begin):
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            columns = [row[1] for row in connection.execute("PRAGMA table_info(results)")]
            if version == FORMAT and columns == _COLUMNS:
                return
            if version or columns:
                raise _DamagedError("its tables are not those of a cache")
            if begin == "BEGIN IMMEDIATE":
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA user_version = {FORMAT}")


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Generator[None]:
    connection.execute(begin)
    try:
        yield
    except BaseException:  # whatever it is: nothing half written; raised again
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _find(connection: sqlite3.Connection, key: str) -> str | None:
    row = connection.execute("SELECT value, digest FROM results WHERE key = ?", (key,)).fetchone()
    if row is None:
        return None
    value, digest = row
    if not isinstance(value, str) or digest != _digest(key, value):
        raise _DamagedError("a result in it is not what was written")
    return value


def _digest(key: str, value: str) -> str:
    return hashlib.sha256(f"{key}\n{value}".encode()).hexdigest()


def _move_aside(path: Path) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{time.time_ns()}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return aside


def _text(error: Exception, path: Path) -> str:
    if isinstance(error, ConfigError):
        return str(error)
    return (
        f"The cache {path} cannot be used ({error}), so nothing is remembered. "
        'Mend that, set SCENARIO_CACHE_DIR to another folder, or cache_key="" to do without.'
    )
