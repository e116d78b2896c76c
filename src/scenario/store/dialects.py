"""What SQLite and PostgreSQL write each in its own way, and what older SQLites lack."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, case, func, insert
from sqlalchemy.dialects import sqlite


def insert_new(_: Connection, table: Table) -> Any:
    """An insert of rows that are not there."""
    return insert(table)


def insert_if_new(connection: Connection, table: Table) -> Any:
    """An insert that passes over rows that are there."""
    return _insert(connection, table).on_conflict_do_nothing()


def insert_or_update(connection: Connection, table: Table) -> Any:
    """An insert that replaces rows that are there, told by their ``id``."""
    statement = _insert(connection, table)
    changed = {
        column.name: statement.excluded[column.name] for column in table.columns if column.name != "id"
    }
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


def count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows of a group a condition holds for, in words that every SQLite knows, unlike ``FILTER``."""
    return func.count(case((condition, 1)))


def _insert(connection: Connection, table: Table) -> Any:
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - a tenth of a second, for those who use it

        return postgresql.insert(table)
    return sqlite.insert(table)
