"""How long runs are kept."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, func, not_, select, update

from scenario.store import schema
from scenario.store.heartbeat import STALE
from scenario.store.open import RunStore
from scenario.store.records import REMOTE
from scenario.store.writes import next_changes

_DAY = 86_400.0
_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was removed, or would be.

    Attributes:
        runs: How many runs.
        media: How many large media that no other run uses.
    """

    runs: int
    media: int


def prune(store: RunStore, keep_days: float, *, now: float | None = None, dry: bool = False) -> Pruned:
    """Remove runs in which nothing has happened for some days. A run that may go on is kept.

    Args:
        store: The store.
        keep_days: For how many days.
        now: The time, in seconds since the Unix epoch.
        dry: Only count.

    Returns:
        What was removed.
    """
    moment = time.time() if now is None else now
    old = schema.run.c.last_at < moment - max(keep_days * _DAY, STALE)
    with store.writing() as connection:
        if not dry:
            span = schema.remote_span
            connection.execute(delete(span).where(span.c.ended_at < moment - max(keep_days * _DAY, STALE)))
        return _removed(store, connection, old, moment, dry=dry)


def remove_batch(store: RunStore, batch_id: str, *, now: float | None = None) -> Pruned:
    """Remove a batch with all of its runs.

    Args:
        store: The store.
        batch_id: The batch.
        now: The time, in seconds since the Unix epoch.

    Returns:
        What was removed; no runs when there is no such batch.
    """
    with store.writing() as connection:
        moment = time.time() if now is None else now
        return _removed(store, connection, schema.run.c.batch_id == batch_id, moment)


def remove_reported(store: RunStore, *, batch_id: str | None = None, run_id: str | None = None) -> Pruned:
    """Remove runs that clients of the protocol reported, all of them unless fewer are named.

    Args:
        store: The store.
        batch_id: Only those of this batch.
        run_id: Only this run.

    Returns:
        What was removed.
    """
    run = schema.run.c
    which = run.source == REMOTE
    if batch_id is not None:
        which = and_(which, run.batch_id == batch_id)
    if run_id is not None:
        which = and_(which, run.id == run_id)
    with store.writing() as connection:
        return _removed(store, connection, which, time.time())


def _removed(
    store: RunStore, connection: Connection, which: ColumnElement[bool], now: float, *, dry: bool = False
) -> Pruned:
    """Remove runs, and what nobody has then."""
    count = connection.scalar(select(func.count()).select_from(schema.run).where(which)) or 0
    unused = _only_used_by(connection, which)
    if dry or not count:
        return Pruned(count, len(unused))
    connection.execute(delete(schema.run).where(which))
    _remove_what_nobody_has(connection, now)
    counter = schema.counter
    change = next_changes(connection, 1)
    connection.execute(update(counter).where(counter.c.name == "pruned").values(value=change))
    for digest in unused:
        store.media.drop(connection, digest)
    return Pruned(count, len(unused))


def _only_used_by(connection: Connection, old: ColumnElement[bool]) -> list[str]:
    """The media that nobody uses but runs for which `old` holds."""
    media = schema.media
    used = select(media.c.hash).join(schema.run, media.c.run_id == schema.run.c.id)
    wanted = used.where(old).where(media.c.hash.not_in(used.where(not_(old)))).distinct()
    return list(connection.scalars(wanted))


def _remove_what_nobody_has(connection: Connection, now: float) -> None:
    """Remove batches, scenarios and ended processes without runs.

    A batch that began a short while ago stays: its first run may be about to begin.
    """
    run, batch, scenario, process = schema.run.c, schema.batch.c, schema.scenario.c, schema.process
    is_old = batch.started_at < now - _HOUR
    connection.execute(delete(schema.batch).where(is_old, batch.id.not_in(select(run.batch_id))))
    connection.execute(delete(schema.scenario).where(scenario.id.not_in(select(run.scenario_id))))
    is_gone = process.c.last_seen < now - _DAY
    connection.execute(delete(process).where(is_gone, process.c.id.not_in(select(run.process_id))))
