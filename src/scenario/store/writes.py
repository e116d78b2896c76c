"""Rows into tables, on a connection whose transaction writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, Table, and_, bindparam, delete, select, update

from scenario.store import schema
from scenario.store.bulk import write_rows, write_values
from scenario.store.dialects import insert_if_new, insert_new, insert_or_update
from scenario.store.records import FACT_COLUMNS, PROGRESS, Group, Row

_PARTS = {table.name: table for table in schema.OF_A_RUN}
_FACT: Final = (*FACT_COLUMNS, "change")
_UPDATES_FROM: Final = (3, 33)
"""The first SQLite whose statements update from rows, so many runs at once; an older one updates run by run."""

_counter = schema.counter.c
_CHANGES: Final = _counter.name == "change"
_TAKE: Final = update(schema.counter).where(_CHANGES).values(value=_counter.value + bindparam("count"))
_TAKEN: Final = select(_counter.value).where(_CHANGES)
_OLDER: Final = select(schema.run.c.id).where(schema.run.c.id.in_(bindparam("ids", expanding=True)))
_progress_of = itemgetter(*PROGRESS, "id")


def next_changes(connection: Connection, count: int) -> int:
    """Take numbers of the global order.

    The row of the counter is held until the transaction ends, so numbers become visible in their order.

    Args:
        connection: Its transaction writes.
        count: How many.

    Returns:
        The first of them.
    """
    connection.execute(_TAKE, {"count": count})
    return connection.scalars(_TAKEN).one() - count + 1


def write_group(connection: Connection, group: Group) -> None:
    """Write a group of rows.

    A run that begins takes the place of an older one of the same id.
    """
    first = next_changes(connection, len(group.facts) + len(group.tracks))
    for place, track in enumerate(group.tracks.values(), first + len(group.facts)):
        track.run["change"] = place
    _write_runs(connection, group)
    _write_cuts(connection, group.cuts)
    if group.facts:
        facts = [(*row, place) for place, row in enumerate(group.facts, first)]
        write_values(connection, schema.fact, _FACT, facts, insert_new)
    for name, table in _PARTS.items():
        rows = group.parts.get(name)
        if rows:
            write_rows(connection, table, rows, insert_if_new if table is schema.media else insert_new)


def delete_runs(connection: Connection, ids: Collection[str]) -> None:
    """Remove runs with all their parts."""
    connection.execute(delete(schema.run).where(schema.run.c.id.in_(ids)))


def write_process(connection: Connection, row: Row) -> None:
    """Write the row of a process."""
    connection.execute(insert_or_update(connection, schema.process), row)


def _write_runs(connection: Connection, group: Group) -> None:
    new = [track for track in group.tracks.values() if track.is_new]
    if new:
        _replace_older(connection, [track.run["id"] for track in new])
        _insert_new(connection, schema.batch, [track.batch for track in new])
        _insert_new(connection, schema.scenario, [track.scenario for track in new])
    stale = [track.run for track in group.tracks.values() if track.is_stale]
    if stale:
        write_rows(connection, schema.run, stale, insert_or_update)
    going_on = [_progress_of(track.run) for track in group.tracks.values() if not track.is_stale]
    if going_on:
        write_values(connection, schema.run, (*PROGRESS, "of"), going_on, _update_progress)


def _update_progress(connection: Connection, table: Table) -> Any:
    if connection.dialect.name != "sqlite" or sqlite3.sqlite_version_info < _UPDATES_FROM:
        return update(table).where(table.c.id == bindparam("of"))
    places = {name: f"told.column{number}" for number, name in enumerate((*PROGRESS, "of"), 1)}
    changes = ", ".join(f"{name} = {places[name]}" for name in PROGRESS)
    row = ", ".join("?" for _ in places)
    return f"UPDATE {table.name} SET {changes} FROM (VALUES ({row})) AS told WHERE id = {places['of']}"  # noqa: S608 - names of our own


def _replace_older(connection: Connection, ids: Sequence[str]) -> None:
    older = connection.scalars(_OLDER, {"ids": ids}).all()
    if older:
        delete_runs(connection, older)


def _insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    unique = {row["id"]: row for row in rows}
    write_rows(connection, table, list(unique.values()), insert_if_new)


def _write_cuts(connection: Connection, cuts: Sequence[tuple[str, int, int]]) -> None:
    if not cuts:
        return
    message = schema.message.c
    stands = and_(
        message.run_id == bindparam("in_run"),
        message.position >= bindparam("from_position"),
        message.removed_by.is_(None),
    )
    statement = update(schema.message).where(stands).values(removed_by=bindparam("cut_by"))
    rows: list[dict[str, Any]] = [
        {"in_run": run_id, "from_position": index, "cut_by": number} for run_id, index, number in cuts
    ]
    connection.execute(statement, rows)
