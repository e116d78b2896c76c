"""Rows into tables, on a connection whose transaction writes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, select, update

from scenario.store import schema
from scenario.store.bulk import write_rows
from scenario.store.dialects import insert_if_new, insert_new, insert_or_update
from scenario.store.records import Group, Row

_PARTS = {table.name: table for table in schema.OF_A_RUN}


def next_changes(connection: Connection, count: int) -> int:
    """Take numbers of the global order.

    The row of the counter is held until the transaction ends, so numbers become visible in their order.

    Args:
        connection: Its transaction writes.
        count: How many.

    Returns:
        The first of them.
    """
    counter = schema.counter
    taken = (
        update(counter)
        .where(counter.c.name == "change")
        .values(value=counter.c.value + count)
        .returning(counter.c.value)
    )
    return connection.scalars(taken).one() - count + 1


def write_group(connection: Connection, group: Group) -> None:
    """Write a group of rows.

    A run that begins takes the place of an older one of the same id.
    """
    facts = group.parts.get("fact", [])
    first = next_changes(connection, len(facts) + len(group.tracks))
    for place, row in enumerate(facts):
        row["change"] = first + place
    for place, track in enumerate(group.tracks.values()):
        track.run["change"] = first + len(facts) + place
    _write_runs(connection, group)
    _write_cuts(connection, group.cuts)
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
    rows = [track.run for track in group.tracks.values()]
    if rows:
        write_rows(connection, schema.run, rows, insert_or_update)


def _replace_older(connection: Connection, ids: Sequence[str]) -> None:
    older = connection.scalars(select(schema.run.c.id).where(schema.run.c.id.in_(ids))).all()
    if older:
        delete_runs(connection, older)


def _insert_new(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    unique = {row["id"]: row for row in rows}
    connection.execute(insert_if_new(connection, table), list(unique.values()))


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
