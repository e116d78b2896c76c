"""Opening a store: the engine with its settings, the folder, and the migrations."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from scenario.errors import ConfigError, NotAvailableError
from scenario.store.media import BlobShelf, FolderShelf, Shelf
from scenario.store.migrations import MIGRATIONS, Migration, migrate
from scenario.store.place import FOLDER, FilePlace, Place, ServerPlace

PATIENCE: Final = 5.0
"""The most seconds that one statement waits for others that write to the same file."""

FAILURES: Final = (SQLAlchemyError, sqlite3.Error, OSError)
"""What a database that fails raises, through SQLAlchemy and beside it."""

OLDEST_SQLITE: Final = (3, 25)
"""The first SQLite that numbers the rows of a group, as the queries ask it to; its inserts update since 3.24."""

_WRITES: Final = "scenario_writes"
_FOREIGN: Final = ("not a database", "malformed")
_BUSY: Final = ("locked", "busy")


class RunStore:
    """An open store.

    Args:
        place: Where it is.
        engine: How it is reached.

    Attributes:
        place: Where it is.
        media: Where large media are.
    """

    def __init__(self, place: Place, engine: Engine) -> None:
        self.place = place
        self.media: Shelf = (
            FolderShelf(place.media) if isinstance(place, FilePlace) else BlobShelf(self.reading)
        )
        self._engine = engine
        self._writing = engine.execution_options(**{_WRITES: True})

    @contextmanager
    def reading(self) -> Generator[Connection]:
        """A connection that sees one moment of the store. It holds up nobody who writes."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Generator[Connection]:
        """A connection whose transaction is kept when the body ends, and undone when it raises."""
        with self._writing.connect() as connection, connection.begin():
            yield connection

    def writing_connection(self) -> Connection:
        """A connection for somebody who writes again and again, and closes it."""
        return self._writing.connect()

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(
    place: Place,
    *,
    create: bool = False,
    patience: float = PATIENCE,
    migrations: Sequence[Migration] = MIGRATIONS,
) -> RunStore:
    """Open a store, and bring it to the present form.

    Args:
        place: Where it is.
        create: Make it if it is not there; its folder too, which gets a ``.gitignore`` if it is ``.scenario``.
        patience: The most seconds to wait for others that write.
        migrations: The steps that this version knows.

    Returns:
        The store; close it, or use it in a ``with`` statement.

    Raises:
        ConfigError: It is not there, cannot be reached, is no store, or was written by a newer version.
        NotAvailableError: It is on a server, and the package for that is not installed; or it is a file, and this
            Python's SQLite is too old.
    """
    if isinstance(place, FilePlace):
        _look_at_sqlite(place)
        _look_after_folder(place, create=create)
    engine = _engine(place, patience)
    store = RunStore(place, engine)
    try:
        if isinstance(place, FilePlace):
            _enter_wal(engine, patience)
        with store.writing() as connection:
            migrate(connection, place=str(place), now=time.time(), migrations=migrations)
    except FAILURES as error:
        store.close()
        raise ConfigError(_why_not(place, error), source=str(place)) from error
    except BaseException:  # whatever it is: nothing stays open; raised again
        store.close()
        raise
    return store


def reason_of(error: BaseException) -> str:
    """An error of the database in its own words, without statements and values."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    return " ".join(str(cause).split()) or type(cause).__name__


def _why_not(place: Place, error: Exception) -> str:
    reason = reason_of(error)
    if any(word in reason for word in _FOREIGN):
        return (
            f"The store {place} is not a store of runs ({reason}). Move the file away, or name another with "
            "SCENARIO_STORE."
        )
    return f"The store {place} cannot be opened: {reason}. Mend that, or name another with SCENARIO_STORE."


def _look_at_sqlite(place: FilePlace) -> None:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        least = ".".join(map(str, OLDEST_SQLITE))
        raise NotAvailableError(
            f"The store {place} needs SQLite {least} or newer, and this Python has {sqlite3.sqlite_version}. Use a Python "
            "with a newer one, or name a PostgreSQL database with SCENARIO_STORE."
        )


def _look_after_folder(place: FilePlace, *, create: bool) -> None:
    if not create:
        if not place.path.is_file():
            raise ConfigError(
                f"There is no store at {place}. Tests under pytest make one when they play a scenario; other programs do "
                "after scenario.configure(store=PATH) or with SCENARIO_STORE=PATH.",
                source=str(place),
            )
        return
    folder = place.path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if folder.name == FOLDER and not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"The store {place} cannot be made: {error}. Mend that, or name another with SCENARIO_STORE.",
            source=str(place),
        ) from error


def _engine(place: Place, patience: float) -> Engine:
    match place:
        case FilePlace(path):
            return _sqlite_engine(path, patience)
        case ServerPlace(url):
            try:
                return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
            except ModuleNotFoundError as error:
                raise NotAvailableError(
                    f"The store {place} needs the package `{error.name}`: "
                    "pip install 'agent-scenario[postgres]'"
                ) from error


def _sqlite_engine(path: Path, patience: float) -> Engine:
    engine = create_engine(f"sqlite:///{path}", connect_args={"timeout": patience})

    def connected(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = (
            None  # transactions begin where `begun` says so, and tables are made in them
        )
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _enter_wal(engine: Engine, patience: float) -> None:
    """Let readers and a writer work at once. The file keeps this; to enter it needs a moment without others."""
    connection: Any = engine.raw_connection()
    until = time.monotonic() + patience
    try:
        while True:
            try:
                connection.execute("PRAGMA journal_mode=WAL")
            except sqlite3.OperationalError as error:
                if not any(word in str(error) for word in _BUSY) or time.monotonic() > until:
                    raise
                time.sleep(0.01)  # the database does not wait by itself here
            else:
                return
    finally:
        connection.close()
