"""Many rows into a table at the least cost: the statement is made once, and the driver gets the values as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Table

Row: TypeAlias = Mapping[str, Any]
Make: TypeAlias = Callable[[Connection, Table], Any]

_MOST_VALUES: Final = 900
"""The most values of one statement; older versions of SQLite take no more than 999."""

_VALUES: Final = " VALUES "


@dataclass(frozen=True, slots=True)
class _Statement:
    """A statement for the driver.

    Attributes:
        text: It, for one row.
        pick: The values of a row in the order of their places; None where places have names.
        at_once: How many rows fit into one statement.
    """

    text: str
    pick: Callable[[Row], tuple[Any, ...]] | None
    at_once: int = 1

    def for_many(self) -> str:
        """It, for as many rows as fit. The database works on them in one go, while other threads run."""
        head, _, values = self.text.partition(_VALUES)
        return head + _VALUES + ", ".join([values] * self.at_once)


def write_rows(connection: Connection, table: Table, rows: Sequence[Row], make: Make) -> None:
    """Write rows, which all have the same columns.

    Args:
        connection: Its transaction writes.
        table: The table.
        rows: The rows, by the names of the columns.
        make: Makes the statement that inserts a row.
    """
    statement = _statements.find(connection, table, tuple(rows[0]), make)
    if statement.pick is None:
        connection.exec_driver_sql(statement.text, [dict(row) for row in rows])
        return
    values = [statement.pick(row) for row in rows]
    whole = len(values) - len(values) % statement.at_once if statement.at_once > 1 else 0
    for start in range(0, whole, statement.at_once):
        _write_at_once(connection, statement, values[start : start + statement.at_once])
    if values[whole:]:
        connection.exec_driver_sql(statement.text, values[whole:])


def _write_at_once(connection: Connection, statement: _Statement, values: Iterable[tuple[Any, ...]]) -> None:
    connection.exec_driver_sql(statement.for_many(), tuple(chain.from_iterable(values)))


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


def _compiled(connection: Connection, insertion: Any, columns: tuple[str, ...]) -> _Statement:
    compiled = insertion.compile(dialect=connection.dialect, column_keys=list(columns))
    places: list[str] | None = compiled.positiontup
    if places is None:
        return _Statement(compiled.string, None)
    ends_with_values = compiled.string.endswith(")") and " ON CONFLICT " not in compiled.string
    at_once = _MOST_VALUES // len(places) if ends_with_values else 1
    return _Statement(compiled.string, itemgetter(*places), at_once)
