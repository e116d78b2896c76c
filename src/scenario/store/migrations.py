"""The steps by which a store comes to its present form. Each is named, numbered, and made in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, func, insert, inspect, select, text

from scenario.errors import ConfigError
from scenario.store import schema
from scenario.store.first_schema import make_first_schema
from scenario.store.second_schema import make_second_schema
from scenario.store.third_schema import make_third_schema

_LOCK: Final = 7_240_118_263
"""The number of the advisory lock that PostgreSQL holds while a store is migrated."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step.

    Attributes:
        number: Its place; they count from 1 without gaps.
        name: What it does, in a few words.
        apply: Makes it, on a connection in a transaction.
    """

    number: int
    name: str
    apply: Callable[[Connection], None]


MIGRATIONS: Final = (
    Migration(1, "initial", make_first_schema),
    Migration(2, "labels and reports", make_second_schema),
    Migration(3, "claims", make_third_schema),
)


def version_of(connection: Connection) -> int:
    """The number of the last migration that was made; 0 for an empty database."""
    if connection.dialect.name == "sqlite":
        # Older SQLites answer what the inspector asks from what was there when the connection looked first.
        connection.execute(text("SELECT count(*) FROM sqlite_master"))
    if not inspect(connection).has_table(schema.migration.name):
        return 0
    return connection.scalar(select(func.max(schema.migration.c.number))) or 0


def migrate(
    connection: Connection, *, place: str, now: float, migrations: Sequence[Migration] = MIGRATIONS
) -> list[str]:
    """Make what is missing, all of it or nothing.

    Args:
        connection: A connection whose transaction writes.
        place: What errors call the store.
        now: The time, in seconds since the Unix epoch.
        migrations: The steps that this version knows.

    Returns:
        The names of what was made.

    Raises:
        ConfigError: A newer version of the library has written the store.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    found = version_of(connection)
    newest = migrations[-1].number
    if found > newest:
        raise ConfigError(
            f"The store {place} was written by a newer version of scenario: it has schema {found}, and this version "
            f"knows schemas up to {newest}. Upgrade scenario, or name another store with SCENARIO_STORE.",
            source=place,
        )
    made: list[str] = []
    for migration in migrations[found:]:
        migration.apply(connection)
        row = {"number": migration.number, "name": migration.name, "at": now}
        connection.execute(insert(schema.migration), row)
        made.append(migration.name)
    return made
