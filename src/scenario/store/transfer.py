"""Stores as JSON Lines, out and in: a header, then one line for each medium and each run."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Table, insert, select

from scenario.errors import ConfigError
from scenario.store import schema
from scenario.store.dialects import insert_if_new, insert_or_update
from scenario.store.media import Medium
from scenario.store.open import RunStore
from scenario.store.writes import delete_runs, next_changes

FORMAT: Final = "scenario-runs"
VERSION: Final = 1
_ORDER: Final = "change"
Line: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        new: How many runs came that were not there.
        replaced: How many took the place of an older state of theirs.
        known: How many were there already.
    """

    new: int = 0
    replaced: int = 0
    known: int = 0

    def __add__(self, other: Imported) -> Imported:
        """Both together."""
        return Imported(self.new + other.new, self.replaced + other.replaced, self.known + other.known)


def export_runs(store: RunStore, ids: Sequence[str] | None = None) -> Iterator[str]:
    """The runs as lines of JSON, oldest first, each with its end of line.

    Args:
        store: The store.
        ids: Ids of runs and batches; None exports everything.
    """
    yield _dump({"format": FORMAT, "version": VERSION})
    written: set[str] = set()
    with store.reading() as connection:
        for run_id in _chosen(connection, ids):
            line = _line(connection, run_id)
            for row in line["media"]:
                if row["hash"] not in written:
                    written.add(row["hash"])
                    data = store.media.get(row["hash"])
                    if data is not None:
                        text = base64.b64encode(data).decode("ascii")
                        yield _dump({"medium": row["hash"], "data": text})
            yield _dump(line)


def import_runs(store: RunStore, lines: Iterable[str], *, source: str = "the export") -> Imported:
    """Take exported runs into a store. To do so again changes nothing, so the exports of several machines merge.

    Args:
        store: The store.
        lines: What `export_runs` gave.
        source: What errors call it.

    Returns:
        What came. A run that is there already is replaced only by a state of it with more facts.

    Raises:
        ConfigError: The lines are no export, were written by a newer version, or are damaged. The runs before the
            damaged line are there then.
    """
    result = Imported()
    header = False
    for number, text in enumerate(lines, start=1):
        if not text.strip():
            continue
        line = _parsed(text, number, source)
        if not header:
            _check_header(line, source)
            header = True
        elif "format" in line:
            _check_header(line, source)  # exports that were put together into one file
        else:
            result += _take(store, line, number, source)
    if not header:
        raise ConfigError(f"{source} is empty: it should begin with the header of an export.", source=source)
    return result


def _check_header(line: Mapping[str, Any], source: str) -> None:
    if line.get("format") != FORMAT:
        raise ConfigError(
            f"{source} is no export of runs: its first line names no format {FORMAT}.", source=source
        )
    version = line.get("version")
    if not isinstance(version, int) or version > VERSION:
        raise ConfigError(
            f"{source} was written by a newer version of scenario: it has format {version!r}, and this version knows "
            f"formats up to {VERSION}. Upgrade scenario.",
            source=source,
        )


def _parsed(text: str, number: int, source: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise ConfigError(f"{source}, line {number}: {error}. Export again.", source=source) from error
    if not isinstance(line, dict):
        raise ConfigError(f"{source}, line {number} is no JSON object. Export again.", source=source)
    return line


def _take(store: RunStore, line: Line, number: int, source: str) -> Imported:
    try:
        with store.writing() as connection:
            if "medium" in line:
                data = base64.b64decode(line["data"], validate=True)
                if sha256(data).hexdigest() != line["medium"]:
                    raise ValueError("the medium is not what its hash says")
                store.media.put(connection, Medium(line["medium"], data))
                return Imported()
            return _merge(connection, line)
    except (KeyError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise ConfigError(
            f"{source}, line {number} is damaged ({reason}). Export again.", source=source
        ) from error


def _merge(connection: Connection, line: Line) -> Imported:
    row: Line = dict(line["run"])
    known = connection.scalar(
        select(schema.run.c.facts - schema.run.c.lost).where(schema.run.c.id == row["id"])
    )
    if known is not None and known >= row["facts"] - row["lost"]:
        return Imported(known=1)
    delete_runs(connection, [row["id"]])
    connection.execute(insert_if_new(connection, schema.batch), _columns(schema.batch, line["batch"]))
    connection.execute(
        insert_if_new(connection, schema.scenario), _columns(schema.scenario, line["scenario"])
    )
    connection.execute(
        insert_or_update(connection, schema.process), _columns(schema.process, line["process"])
    )
    first = next_changes(connection, len(line["fact"]) + 1)
    row[_ORDER] = first + len(line["fact"])
    connection.execute(insert(schema.run), _columns(schema.run, row))
    for table in schema.OF_A_RUN:
        rows = [_columns(table, {**each, "run_id": row["id"]}) for each in line[table.name]]
        if table is schema.fact:
            for place, each in enumerate(rows):
                each[_ORDER] = first + place
        if rows:
            connection.execute(insert(table), rows)
    return Imported(new=1) if known is None else Imported(replaced=1)


def _columns(table: Table, row: Mapping[str, Any]) -> Line:
    """The row with the columns that the table has.

    Raises:
        KeyError: One is missing.
    """
    return {column.name: row[column.name] for column in table.columns if column.name != _ORDER} | {
        name: row[name] for name in (_ORDER,) if name in row
    }


def _chosen(connection: Connection, ids: Sequence[str] | None) -> list[str]:
    run = schema.run.c
    wanted = select(run.id).order_by(run.started_at, run.id)
    if ids is not None:
        wanted = wanted.where(run.id.in_(ids) | run.batch_id.in_(ids))
    return list(connection.scalars(wanted))


def _line(connection: Connection, run_id: str) -> Line:
    run = _row(connection, schema.run, run_id)
    line: Line = {
        "run": _without(run, _ORDER),
        "batch": _row(connection, schema.batch, run["batch_id"]),
        "scenario": _row(connection, schema.scenario, run["scenario_id"]),
        "process": _row(connection, schema.process, run["process_id"]),
    }
    for table in schema.OF_A_RUN:
        wanted = select(table).where(table.c.run_id == run_id).order_by(*table.primary_key)
        rows = connection.execute(wanted).mappings()
        line[table.name] = [_without(row, _ORDER, "run_id") for row in rows]
    return line


def _row(connection: Connection, table: Table, row_id: str) -> Line:
    return dict(connection.execute(select(table).where(table.c.id == row_id)).mappings().one())


def _without(row: Mapping[Any, Any], *names: str) -> Line:
    return {name: value for name, value in row.items() if name not in names}


def _dump(line: Line) -> str:
    return json.dumps(line, ensure_ascii=True, separators=(",", ":")) + "\n"
