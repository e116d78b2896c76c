"""How long runs are kept."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, func, not_, select, update

from scenario.store import schema
from scenario.store.heartbeat import STALE
from scenario.store.open import RunStore
from scenario.store.writes import next_changes

_DAY = 86_400.0


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
        count = connection.scalar(select(func.count()).select_from(schema.run).where(old)) or 0
        unused = _only_used_by(connection, old)
        if dry or not count:
            return Pruned(count, len(unused))
        connection.execute(delete(schema.run).where(old))
        _remove_what_nobody_has(connection, moment)
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
    """Remove batches, scenarios and ended processes without runs."""
    run = schema.run.c
    for table, owned in ((schema.batch, run.batch_id), (schema.scenario, run.scenario_id)):
        connection.execute(delete(table).where(table.c.id.not_in(select(owned))))
    process = schema.process
    is_gone = process.c.last_seen < now - _DAY
    connection.execute(delete(process).where(is_gone, process.c.id.not_in(select(run.process_id))))
