"""Many rows into a table at the least cost: the statement is made once, and the driver gets the values as they are.

SQLite's driver is asked directly, as SQLAlchemy's part in a statement would cost more than the statement. What it raises
is `sqlite3.Error`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Table

Row: TypeAlias = Mapping[str, Any]
Values: TypeAlias = tuple[Any, ...]
Make: TypeAlias = Callable[[Connection, Table], Any]
"""Makes a statement of SQLAlchemy's, or the text of one for SQLite whose places are in the order of the columns."""

_MOST_VALUES: Final = 900
"""The most values of one statement; older versions of SQLite take no more than 999."""

_FEWEST: Final = 8
"""The fewest rows for which a statement of their own is worth it."""

_VALUES: Final = re.compile(r"(?<=\bVALUES )\([?, ]+\)")
"""The places of one row."""


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement for the driver.

    Attributes:
        text: It, for one row.
        names: The names of its places; None where the driver counts them.
        pick: The values of a row in the order of the places; None where they come in that order.
        sizes: How many rows one statement can take, the most first; the database works on them in one go, while other
            threads run. There are few sizes, so that the driver need not prepare a statement for each group anew.
    """

    text: str
    names: tuple[str, ...] | None
    pick: Callable[[Values], Values] | None
    sizes: Sequence[int] = ()


def write_rows(connection: Connection, table: Table, rows: Sequence[Row], make: Make) -> None:
    """Write rows, which all have the same columns.

    Args:
        connection: Its transaction writes.
        table: The table.
        rows: The rows, by the names of the columns.
        make: Makes the statement that writes a row.
    """
    columns = tuple(rows[0])
    values_of = itemgetter(*columns)
    write_values(connection, table, columns, [values_of(row) for row in rows], make)


def write_values(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[Values], make: Make
) -> None:
    """Write rows that are given by their values alone.

    Args:
        connection: Its transaction writes.
        table: The table.
        columns: The names of the values' columns, two at least.
        rows: The values of each row.
        make: Makes the statement that writes a row.
    """
    statement = _statements.find(connection, table, columns, make)
    if statement.names is not None:
        connection.exec_driver_sql(
            statement.text, [dict(zip(statement.names, row, strict=True)) for row in rows]
        )
        return
    driver: Any = connection.connection
    values = rows if statement.pick is None else [statement.pick(row) for row in rows]
    start = 0
    for size in statement.sizes:
        while len(values) - start >= size:
            together = tuple(chain.from_iterable(values[start : start + size]))
            driver.execute(_for_many(statement.text, size), together)
            start += size
    if start < len(values):
        driver.executemany(statement.text, values[start:])


@lru_cache(maxsize=128)
def _for_many(text: str, count: int) -> str:
    """A statement for so many rows, from that for one."""
    return _VALUES.sub(lambda row: ", ".join([row[0]] * count), text, count=1)


class _Statements:
    """The statements that were made so far, one object for the process: tables and drivers are few."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], _Statement] = {}

    def find(self, connection: Connection, table: Table, columns: tuple[str, ...], make: Make) -> _Statement:
        dialect = connection.dialect
        key = (dialect.name, dialect.driver, table.name, columns, make)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = _compiled(connection, make(connection, table), columns)
        return found


_statements = _Statements()


def _compiled(connection: Connection, statement: Any, columns: tuple[str, ...]) -> _Statement:
    if isinstance(statement, str):
        return _Statement(statement, None, None, _sizes(statement, len(columns)))
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    places: list[str] | None = compiled.positiontup
    if places is None:
        return _Statement(compiled.string, columns, None)
    in_place = tuple(places) == columns
    pick = None if in_place else itemgetter(*[columns.index(place) for place in places])
    return _Statement(compiled.string, None, pick, _sizes(compiled.string, len(places)))


def _sizes(text: str, values: int) -> list[int]:
    """How many rows a statement can take at once: the most, half of that, and so on."""
    most = _MOST_VALUES // values if _VALUES.search(text) else 1
    return [most >> shift for shift in range(most.bit_length()) if most >> shift >= _FEWEST]
