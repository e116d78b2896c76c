"""Questions to a store. Each function takes an open store, reads one moment of it, and returns frozen rows."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, func, or_, select

from scenario._engine.facts import Fact
from scenario.faults import RunOutcome
from scenario.store import schema
from scenario.store.codec import from_plain, read_verdict
from scenario.store.dialects import count_where
from scenario.store.media import put_back
from scenario.store.open import RunStore
from scenario.store.place import ServerPlace
from scenario.store.plain import from_json
from scenario.store.reading import (
    read_message,
    read_model_call,
    read_run,
    read_span,
    state_of,
)
from scenario.store.rows import (
    BatchRow,
    Changes,
    Found,
    Judgement,
    MessageRow,
    RunRow,
    RunState,
    WholeRun,
)

_RUN, _SCENARIO, _PROCESS, _MESSAGE = schema.run, schema.scenario, schema.process, schema.message
_SHORTEST_PREFIX = 4
_T = TypeVar("_T")


def batches(store: RunStore, *, limit: int = 100, now: float | None = None) -> list[BatchRow]:
    """The newest batches, newest first.

    Args:
        store: The store.
        limit: The most to return.
        now: The time, in seconds since the Unix epoch; it tells runs that go on from interrupted ones.
    """
    newest = select(schema.batch).order_by(schema.batch.c.started_at.desc(), schema.batch.c.id).limit(limit)
    with store.reading() as connection:
        rows = connection.execute(newest).mappings().all()
        counts = _counts(connection, [row["id"] for row in rows])
        open_runs = _open_runs(connection, [row["id"] for row in rows], time.time() if now is None else now)
    found: list[BatchRow] = []
    for row in rows:
        count, states = counts.get(row["id"]), open_runs.get(row["id"], [])
        if count is not None:
            found.append(
                BatchRow(
                    id=row["id"],
                    started_at=row["started_at"],
                    last_at=count["last_at"],
                    runs=count["runs"],
                    passed=count["passed"],
                    failed=count["ended"] - count["passed"],
                    running=states.count(RunState.RUNNING),
                    interrupted=states.count(RunState.INTERRUPTED) + states.count(RunState.STALLED),
                    cost=count["cost"],
                    change=count["change"],
                )
            )
    return found


def runs(
    store: RunStore,
    *,
    batch: str | None = None,
    ids: Collection[str] | None = None,
    failed: bool = False,
    limit: int | None = None,
    now: float | None = None,
) -> list[RunRow]:
    """Runs, newest first.

    Args:
        store: The store.
        batch: Only those of this batch.
        ids: Only these.
        failed: Only those that did not pass, those that go on left out.
        limit: The most to return; None returns all.
        now: The time, in seconds since the Unix epoch.
    """
    wanted = _runs().order_by(_RUN.c.started_at.desc(), _RUN.c.id).limit(limit)
    if batch is not None:
        wanted = wanted.where(_RUN.c.batch_id == batch)
    if ids is not None:
        wanted = wanted.where(_RUN.c.id.in_(ids))
    if failed:
        wanted = wanted.where(or_(_RUN.c.outcome != RunOutcome.PASSED.value, _RUN.c.ended_at.is_(None)))
    found = _read_runs(store, wanted, now)
    return [each for each in found if each.state is not RunState.RUNNING] if failed else found


def history(
    store: RunStore,
    name: str,
    *,
    set_id: str | None = None,
    limit: int | None = 100,
    now: float | None = None,
) -> list[RunRow]:
    """The runs of one scenario, newest first, whatever its description was.

    Args:
        store: The store.
        name: The scenario's name.
        set_id: Only those of this set.
        limit: The most to return; None returns all.
        now: The time, in seconds since the Unix epoch.
    """
    wanted = (
        _runs().where(_SCENARIO.c.name == name).order_by(_RUN.c.started_at.desc(), _RUN.c.id).limit(limit)
    )
    if set_id is not None:
        wanted = wanted.where(_SCENARIO.c.set_id == set_id)
    return _read_runs(store, wanted, now)


def changes(store: RunStore, since: int, *, limit: int = 1000, now: float | None = None) -> Changes:
    """What is new since a number of the global order. To follow a store, ask again with `Changes.latest`.

    Args:
        store: The store.
        since: The number; 0 is before everything.
        limit: The most runs to return; those left out come with the next question.
        now: The time, in seconds since the Unix epoch.
    """
    counter = schema.counter
    wanted = _runs().where(_RUN.c.change > since).order_by(_RUN.c.change).limit(limit)
    with store.reading() as connection:
        counts = {row.name: row.value for row in connection.execute(select(counter)).all()}
        rows = connection.execute(wanted).mappings().all()
    moment = time.time() if now is None else now
    latest = rows[-1]["change"] if len(rows) == limit else counts["change"]
    return Changes(latest, tuple(read_run(row, moment) for row in rows), counts["pruned"] > since)


def run(store: RunStore, run_id: str, *, now: float | None = None, media: bool = True) -> WholeRun | None:
    """One run with everything, or None when there is no such run.

    Args:
        store: The store.
        run_id: Its id.
        now: The time, in seconds since the Unix epoch.
        media: Put large media back into their places; without, a mark stands there.
    """
    with store.reading() as connection:
        row = connection.execute(_runs().where(_RUN.c.id == run_id)).mappings().first()
        if row is None:
            return None
        messages = _parts(connection, schema.message, run_id, read_message)
        judgements = _judgements(connection, run_id)
        calls = _parts(connection, schema.model_call, run_id, read_model_call)
        spans = _parts(connection, schema.span, run_id, read_span)
        facts = connection.execute(_of_run(schema.fact, run_id)).mappings().all()
    if media:
        messages = [_with_media(store, each) for each in messages]
    standing = [each for each in messages if each.removed_by is None]
    return WholeRun(
        run=read_run(row, time.time() if now is None else now),
        messages=tuple(sorted(standing, key=lambda each: each.position)),
        removed=tuple(each for each in messages if each.removed_by is not None),
        judgements=tuple(judgements),
        model_calls=tuple(calls),
        spans=tuple(spans),
        facts=tuple(_facts(run_id, facts, messages)),
    )


def search(store: RunStore, text: str, *, batch: str | None = None, limit: int = 100) -> list[Found]:
    """Messages that hold a text, newest first; upper and lower case are the same.

    Args:
        store: The store.
        text: What to look for; every character stands for itself.
        batch: Only in runs of this batch.
        limit: The most to return.
    """
    said = _MESSAGE.c
    newest = (said.at.desc(), said.run_id, said.number)
    holds = _holds(text, folds_case=isinstance(store.place, ServerPlace))
    holding = select(said.run_id, said.number).where(said.removed_by.is_(None), holds)
    if batch is not None:
        holding = holding.where(said.run_id.in_(select(_RUN.c.id).where(_RUN.c.batch_id == batch)))
    hits = holding.order_by(*newest).limit(limit).subquery()
    wanted = (
        select(said.run_id, _RUN.c.batch_id, _SCENARIO.c.name, said.position, said.role, said.text, said.at)
        .join_from(hits, _MESSAGE, and_(said.run_id == hits.c.run_id, said.number == hits.c.number))
        .join(_RUN, said.run_id == _RUN.c.id)
        .join(_SCENARIO, _RUN.c.scenario_id == _SCENARIO.c.id)
        .order_by(*newest)
    )
    with store.reading() as connection:
        return [Found(*row) for row in connection.execute(wanted).all()]


def find_ids(store: RunStore, prefix: str, *, batches: bool = True, limit: int = 10) -> list[str]:
    """The ids that are `prefix` or begin with it, with or without what stands before the ``_``; the newest first.

    Args:
        store: The store.
        prefix: The beginning of an id. When it is a whole id, that is the only one found.
        batches: Look among batches, too, not only among runs.
        limit: The most to return.
    """
    found: list[str] = []
    with store.reading() as connection:
        for table in (_RUN, schema.batch) if batches else (_RUN,):
            ids = table.c.id
            exact = connection.scalar(select(ids).where(ids == prefix))
            if exact is not None:
                return [exact]
            begins = ids.startswith(prefix, autoescape=True)
            if len(prefix) >= _SHORTEST_PREFIX:
                begins = or_(begins, ids.contains(f"_{prefix}", autoescape=True))
            found.extend(connection.scalars(select(ids).where(begins).order_by(ids.desc()).limit(limit)))
    return found[:limit]


def sets(store: RunStore) -> list[str]:
    """The sets of all scenarios, by name."""
    with store.reading() as connection:
        return list(
            connection.scalars(select(_SCENARIO.c.set_id).distinct().order_by(_SCENARIO.c.set_id).limit(1000))
        )


def latest_change(store: RunStore) -> int:
    """The number of the last change: `changes` since then are those to come."""
    counter = schema.counter.c
    with store.reading() as connection:
        return connection.scalars(select(counter.value).where(counter.name == "change")).one()


def run_ids(store: RunStore, batch: str, scenario_id: str) -> list[str]:
    """The ids of the runs of a scenario in a batch, in the order in which they began."""
    run = _RUN.c
    wanted = select(run.id).where(run.batch_id == batch, run.scenario_id == scenario_id)
    with store.reading() as connection:
        return list(connection.scalars(wanted.order_by(run.started_at, run.id)))


def _runs() -> Select[Any]:
    scenario, process = _SCENARIO.c, _PROCESS.c
    return (
        select(
            _RUN,
            *(scenario[name] for name in ("set_id", "name", "description", "tags", "fields")),
            *(process[name].label(f"process_{name}") for name in ("space", "pid", "last_seen", "ended_at")),
        )
        .join(_SCENARIO, _RUN.c.scenario_id == scenario.id)
        .join(_PROCESS, _RUN.c.process_id == process.id)
    )


def _read_runs(store: RunStore, wanted: Select[Any], now: float | None) -> list[RunRow]:
    with store.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
    moment = time.time() if now is None else now
    return [read_run(row, moment) for row in rows]


def _counts(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    one = _RUN.c
    passed = count_where(one.outcome == RunOutcome.PASSED.value)
    wanted = (
        select(
            one.batch_id,
            func.count().label("runs"),
            func.count(one.ended_at).label("ended"),
            passed.label("passed"),
            func.max(one.last_at).label("last_at"),
            func.sum(one.cost).label("cost"),
            func.max(one.change).label("change"),
        )
        .where(one.batch_id.in_(ids))
        .group_by(one.batch_id)
    )
    return {row["batch_id"]: row for row in connection.execute(wanted).mappings()}


def _open_runs(connection: Connection, ids: Sequence[str], now: float) -> dict[str, list[RunState]]:
    wanted = _runs().where(and_(_RUN.c.batch_id.in_(ids), _RUN.c.ended_at.is_(None)))
    found: dict[str, list[RunState]] = {}
    for row in connection.execute(wanted).mappings():
        found.setdefault(row["batch_id"], []).append(state_of(row, now))
    return found


def _of_run(table: Table, run_id: str) -> Select[Any]:
    order = [column for column in table.primary_key if column.name != "run_id"]
    return select(table).where(table.c.run_id == run_id).order_by(*order)


def _parts(connection: Connection, table: Table, run_id: str, read: Callable[[Any], _T]) -> list[_T]:
    return [read(row) for row in connection.execute(_of_run(table, run_id)).mappings()]


def _judgements(connection: Connection, run_id: str) -> list[Judgement]:
    verdicts: dict[int, list[Any]] = {}
    for row in connection.execute(_of_run(schema.verdict, run_id)).mappings():
        verdicts.setdefault(row["judgement"], []).append(read_verdict(from_json(row["data"])))
    names = ("number", "kind", "judge", "turn", "at", "passed", "reasoning")
    return [
        Judgement(**{name: row[name] for name in names}, verdicts=tuple(verdicts.get(row["number"], ())))
        for row in connection.execute(_of_run(schema.judgement, run_id)).mappings()
    ]


def _with_media(store: RunStore, row: MessageRow) -> MessageRow:
    message = put_back(row.message, store.media.get)
    return MessageRow(row.number, row.position, row.removed_by, row.turn, row.at, row.author, message)


def _facts(run_id: str, rows: Sequence[Any], messages: Sequence[MessageRow]) -> list[Fact]:
    said = {row.number: row.message for row in messages}
    in_place = sorted(messages, key=lambda row: row.position)
    standing = [row.message for row in in_place if row.removed_by is None]
    facts: list[Fact] = []
    for row in rows:
        number, kind, data = row["number"], row["kind"], from_json(row["data"])
        if kind == "MessageAdded":
            data["message"] = said[number]
        removed = (
            [each.message for each in in_place if each.removed_by == number] if kind == "RolledBack" else ()
        )
        facts.append(from_plain(kind, data, run_id=run_id, at=row["at"], removed=removed, messages=standing))
    return facts


def _holds(text: str, *, folds_case: bool) -> ColumnElement[bool]:
    """Whether a message holds the text. SQLite takes upper and lower case as the same for ASCII only."""
    pattern = "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"
    column = _MESSAGE.c.text
    if folds_case:
        return column.ilike(pattern, escape="\\")
    forms = (
        [pattern]
        if text.isascii()
        else dict.fromkeys((pattern, pattern.lower(), pattern.upper(), pattern.title()))
    )
    return or_(*(column.like(form, escape="\\") for form in forms))
