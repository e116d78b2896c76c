"""Runs that clients of the protocol report, written as if they had been played here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from scenario._redaction import Redactor
from scenario.store import schema
from scenario.store.dialects import insert_if_new
from scenario.store.foreign_events import Reported, told_by
from scenario.store.media import LARGE, Medium, take_out
from scenario.store.open import RunStore
from scenario.store.plain import clean, from_json, plain, to_json
from scenario.store.records import LOCAL, REMOTE, Group, add, begin
from scenario.store.writes import write_group, write_process

_Events: TypeAlias = dict[str, Reported]

_PARTS: Final = (schema.fact, schema.message, schema.judgement, schema.verdict, schema.media)


@dataclass(frozen=True, slots=True)
class _Before:
    """Where a run was when more was told of it."""

    source: str
    batch_id: str
    scenario_id: str


_NEW: Final = _Before(REMOTE, "", "")


def work_in(
    store: RunStore, connection: Connection, events: Iterable[Reported], redactor: Redactor, now: float
) -> None:
    """Take events into the store. Those of a run that this library stores itself are passed over.

    Args:
        store: The store.
        connection: Its transaction writes.
        events: The events, in any order.
        redactor: Takes secrets out.
        now: The time, in seconds since the Unix epoch.
    """
    by_run: dict[str, list[Reported]] = {}
    for event in events:
        by_run.setdefault(event.run_id, []).append(event)
    before = _before(connection, list(by_run))
    told = {run_id: each for run_id, each in by_run.items() if before.get(run_id, _NEW).source != LOCAL}
    if not told:
        return
    known, media = _known(connection, list(told)), dict[str, Medium]()
    for run_id in told:
        write_process(connection, _process(_process_of(run_id), now))
    group, changed = Group(), dict[str, _Events]()
    for run_id, each in told.items():
        merged, found = _merged(known.get(run_id, {}), each, redactor)
        if merged != known.get(run_id):
            changed[run_id] = merged
            media |= found
            _add(group, run_id, merged)
            rows = ({"run_id": run_id, "hash": one.hash, "size": len(one.data)} for one in found.values())
            group.add("media", *rows)
    if changed:
        for medium in media.values():
            store.media.put(connection, medium)
        _write(connection, group, changed)
        _tidy(connection, [before[run_id] for run_id in changed if run_id in before])


def _merged(
    known: _Events, told: Sequence[Reported], redactor: Redactor
) -> tuple[_Events, dict[str, Medium]]:
    media: dict[str, Medium] = {}
    merged = dict(known)
    for event in told:
        kept = replace(event, body=take_out(redactor.data(event.body), media, LARGE))
        before = merged.get(event.kind)
        merged[event.kind] = kept if before is None else before.merged(kept)
    return merged, media


def _add(group: Group, run_id: str, events: _Events) -> None:
    """Take a run into the group, told from its beginning."""
    told = told_by(events)
    started = plain(told.started)
    track = begin(run_id, told.began, started, _process_of(run_id))
    track.is_new = False  # its row may be there, with the labels that hang on it
    track.run["source"] = REMOTE
    add(group, track, "Started", told.began, started)
    for kind, at, data in told.facts:
        add(group, track, kind, at, data)


def _write(connection: Connection, group: Group, changed: Mapping[str, _Events]) -> None:
    """Write runs in the places of what they were."""
    ids = list(changed)
    _keep_media(connection, group, ids)
    for table in (*_PARTS, schema.reported):
        connection.execute(delete(table).where(table.c.run_id.in_(ids)))
    tracks = list(group.tracks.values())
    connection.execute(insert_if_new(connection, schema.batch), [track.batch for track in tracks])
    connection.execute(insert_if_new(connection, schema.scenario), [track.scenario for track in tracks])
    write_group(connection, group)
    rows = [_row(event) for events in changed.values() for event in events.values()]
    connection.execute(insert(schema.reported), rows)
    batch = schema.batch
    earlier = (
        update(batch)
        .where(batch.c.id == bindparam("of"), batch.c.started_at > bindparam("began"))
        .values(started_at=bindparam("began"))
    )  # whichever event came first, the batch began with the earliest
    connection.execute(
        earlier, [{"of": each.batch["id"], "began": each.batch["started_at"]} for each in tracks]
    )


def _keep_media(connection: Connection, group: Group, ids: Sequence[str]) -> None:
    """Keep the media of earlier events, for an event may be told again without the others."""
    media = schema.media
    before = connection.execute(select(media).where(media.c.run_id.in_(ids))).mappings()
    rows = {(row["run_id"], row["hash"]): dict(row) for row in before}
    rows |= {(row["run_id"], row["hash"]): row for row in group.parts.get("media", [])}
    group.parts["media"] = list(rows.values())


def _tidy(connection: Connection, before: Sequence[_Before]) -> None:
    """Remove batches and scenarios that runs left when more was told of them."""
    run = schema.run.c
    for table, ids, owned in (
        (schema.batch, {each.batch_id for each in before}, run.batch_id),
        (schema.scenario, {each.scenario_id for each in before}, run.scenario_id),
    ):
        if ids:
            unused = table.c.id.not_in(select(owned).where(owned.in_(ids)))
            connection.execute(delete(table).where(table.c.id.in_(ids), unused))


def _before(connection: Connection, ids: Sequence[str]) -> dict[str, _Before]:
    run = schema.run.c
    rows = connection.execute(
        select(run.id, run.source, run.batch_id, run.scenario_id).where(run.id.in_(ids))
    )
    return {row.id: _Before(row.source, row.batch_id, row.scenario_id) for row in rows}


def _known(connection: Connection, ids: Sequence[str]) -> dict[str, _Events]:
    table = schema.reported
    found: dict[str, _Events] = {}
    for row in connection.execute(select(table).where(table.c.run_id.in_(ids))).mappings():
        times = tuple(from_json(row["times"]))
        event = Reported(
            row["run_id"], row["kind"], row["at"], row["weight"], row["digest"], times, from_json(row["body"])
        )
        found.setdefault(event.run_id, {})[event.kind] = event
    return found


def _row(event: Reported) -> dict[str, Any]:
    return {
        "run_id": event.run_id,
        "kind": event.kind,
        "at": event.at,
        "weight": event.weight,
        "digest": event.digest,
        "times": to_json(list(event.times)),
        "body": to_json(event.body),
    }


def _process_of(run_id: str) -> str:
    return f"remote:{run_id}"


def _process(process: str, now: float) -> dict[str, Any]:
    times = {"started_at": now, "last_seen": now, "ended_at": None}
    return {"id": clean(process), "host": REMOTE, "space": "", "pid": 0, **times}
