"""Batches for lists: counted by the database, so that a long list stays quick."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Text, and_, case, cast, func, or_, select

from scenario._engine.facts import RunStatus
from scenario.faults import FaultKind, RunOutcome
from scenario.store import schema
from scenario.store.dialects import count_where
from scenario.store.invocations import Invocation
from scenario.store.open import RunStore
from scenario.store.plain import from_json
from scenario.store.reading import state_of
from scenario.store.records import LOCAL
from scenario.store.rows import RunState

_RUN, _BATCH, _SCENARIO, _PROCESS = schema.run, schema.batch, schema.scenario, schema.process
_AT_ONCE: Final = 50
_SUMS = ("cost", "unpriced_calls", "input_tokens", "output_tokens")


@dataclass(frozen=True, slots=True)
class BatchOverview:
    """A batch, counted.

    Attributes:
        invocation: Its id, when it began, and what it told of itself.
        last_at: When something last happened in it, in seconds since the Unix epoch.
        sets: The sets of its scenarios.
        is_remote: Whether a client of the protocol reported runs of it.
        scenarios: How many scenarios were played.
        runs: How many runs there are.
        trials: How many trials: what was played again counts once.
        passed: How many trials passed.
        failed: How many trials failed by the agent's doing.
        faults: How many trials say nothing about the agent, by who is to blame.
        cancelled: How many trials were ended from outside.
        open: How many runs have not ended, by their state.
        planned: How many trials were meant to be played, where that was told; else as many as there are.
        cost: US dollars, of the calls whose price is known.
        unpriced_calls: How many calls have no known price.
        tokens: Input and output tokens.
        change: The number of the last change in it.
    """

    invocation: Invocation
    last_at: float
    sets: tuple[str, ...]
    is_remote: bool
    scenarios: int
    runs: int
    trials: int
    passed: int
    failed: int
    faults: Mapping[FaultKind, int]
    cancelled: int
    open: Mapping[RunState, int]
    planned: int
    cost: float
    unpriced_calls: int
    tokens: int
    change: int


Wanted = Callable[[BatchOverview], bool]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list of batches.

    Attributes:
        batches: The batches, newest first.
        after: Where the next part begins: the time and the id of the last batch that was looked at; None at the end.
    """

    batches: tuple[BatchOverview, ...]
    after: tuple[float, str] | None = field(default=None)


def overviews(
    store: RunStore,
    *,
    wanted: Wanted = lambda _: True,
    after: tuple[float, str] | None = None,
    limit: int = 50,
    now: float | None = None,
) -> Page:
    """A part of the list of batches, newest first.

    Args:
        store: An open store.
        wanted: Which batches belong to the list.
        after: Where the part begins, as the part before it told.
        limit: The most to return.
        now: The time, in seconds since the Unix epoch.
    """
    moment = time.time() if now is None else now
    found: list[BatchOverview] = []
    with store.reading() as connection:
        for each in _each(connection, after, moment):
            if not wanted(each):
                continue
            if len(found) == limit:
                last = found[-1].invocation
                return Page(tuple(found), (last.started_at, last.id))
            found.append(each)
    return Page(tuple(found))


def overview(store: RunStore, batch_id: str, *, now: float | None = None) -> BatchOverview | None:
    """One batch, counted; None when there is no such batch, or none of its runs is there."""
    return overviews_of(store, [batch_id], now=now).get(batch_id)


def overviews_of(
    store: RunStore, batch_ids: Collection[str], *, now: float | None = None
) -> dict[str, BatchOverview]:
    """Some batches, counted, by their ids; without those that are not there, or of which no run is.

    Args:
        store: An open store.
        batch_ids: Their ids.
        now: The time, in seconds since the Unix epoch.
    """
    with store.reading() as connection:
        rows = connection.execute(select(_BATCH).where(_BATCH.c.id.in_(batch_ids))).mappings().all()
        counted = _counted(connection, rows, time.time() if now is None else now) if rows else []
    return {each.invocation.id: each for each in counted}


def _each(connection: Connection, after: tuple[float, str] | None, now: float) -> Iterator[BatchOverview]:
    while True:
        began = _BATCH.c.started_at
        wanted = select(_BATCH).order_by(began.desc(), _BATCH.c.id).limit(_AT_ONCE)
        if after is not None:
            wanted = wanted.where(or_(began < after[0], and_(began == after[0], _BATCH.c.id > after[1])))
        rows = connection.execute(wanted).mappings().all()
        yield from _counted(connection, rows, now)
        if len(rows) < _AT_ONCE:
            return
        after = (rows[-1]["started_at"], rows[-1]["id"])


def _counted(connection: Connection, rows: Sequence[Any], now: float) -> list[BatchOverview]:
    ids = [row["id"] for row in rows]
    sums, trials = _sums(connection, ids), _trials(connection, ids)
    sets, states, planned = _sets(connection, ids), _open(connection, ids, now), _planned(connection, ids)
    return [
        _overview(
            row, sums[row["id"]], trials[row["id"]], sets[row["id"]], states.get(row["id"], {}), planned
        )
        for row in rows
        if row["id"] in sums
    ]


def _overview(
    row: Any, sums: Any, trials: Any, sets: list[str], states: dict[RunState, int], planned: Mapping[str, int]
) -> BatchOverview:
    faults = {kind: trials[kind.value] for kind in FaultKind if kind is not FaultKind.AGENT}
    return BatchOverview(
        invocation=Invocation(row["id"], row["started_at"], from_json(row["info"])),
        last_at=sums["last_at"],
        sets=tuple(sets),
        is_remote=bool(sums["remote"]),
        scenarios=sums["scenarios"],
        runs=sums["runs"],
        trials=trials["trials"],
        passed=trials["passed"],
        failed=trials["failed"],
        faults=faults,
        cancelled=trials["cancelled"],
        open=states,
        planned=max(trials["trials"], planned.get(row["id"], 0)),
        cost=float(sums["cost"]),
        unpriced_calls=int(sums["unpriced_calls"]),
        tokens=int(sums["input_tokens"]) + int(sums["output_tokens"]),
        change=sums["change"],
    )


def _sums(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    wanted = (
        select(
            _RUN.c.batch_id,
            func.count().label("runs"),
            func.count(_RUN.c.scenario_id.distinct()).label("scenarios"),
            count_where(_RUN.c.source != LOCAL).label("remote"),
            func.max(_RUN.c.last_at).label("last_at"),
            func.max(_RUN.c.change).label("change"),
            *(func.sum(_RUN.c[name]).label(name) for name in _SUMS),
        )
        .where(_RUN.c.batch_id.in_(ids))
        .group_by(_RUN.c.batch_id)
    )
    return {row["batch_id"]: row for row in connection.execute(wanted).mappings()}


def _trials(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """Trials by batch. Of the runs of a trial the last that says something about the agent counts, else the last."""
    run = _RUN.c
    passed = run.outcome == RunOutcome.PASSED.value
    cancelled = run.status == RunStatus.CANCELLED.value
    ended = and_(run.ended_at.is_not(None), func.coalesce(run.status, "") != RunStatus.CANCELLED.value)
    agents = or_(run.fault.is_(None), run.fault == FaultKind.AGENT.value)
    rank = case((and_(ended, or_(passed, agents)), 0), (run.ended_at.is_not(None), 1), else_=2)
    trial = (run.batch_id, run.scenario_id, func.coalesce(cast(run.trial, Text), run.id))
    place = func.row_number().over(partition_by=trial, order_by=(rank, run.started_at.desc(), run.id.desc()))
    wanted = select(
        run.batch_id,
        place.label("place"),
        case((cancelled, "cancelled"), (run.ended_at.is_(None), "open"), (passed, "passed"),
             (agents, "failed"), else_=run.fault).label("verdict"),
    )  # fmt: skip
    each = wanted.where(run.batch_id.in_(ids)).subquery()
    verdicts = (
        "passed",
        "failed",
        "cancelled",
        *(kind.value for kind in FaultKind if kind is not FaultKind.AGENT),
    )
    counted = (
        select(
            each.c.batch_id,
            func.count().label("trials"),
            *(count_where(each.c.verdict == verdict).label(verdict) for verdict in verdicts),
        )
        .where(each.c.place == 1)
        .group_by(each.c.batch_id)
    )
    return {row["batch_id"]: row for row in connection.execute(counted).mappings()}


def _sets(connection: Connection, ids: Sequence[str]) -> dict[str, list[str]]:
    wanted = (
        select(_RUN.c.batch_id, _SCENARIO.c.set_id)
        .join(_SCENARIO, _RUN.c.scenario_id == _SCENARIO.c.id)
        .where(_RUN.c.batch_id.in_(ids))
        .distinct()
        .order_by(_SCENARIO.c.set_id)
    )
    found: dict[str, list[str]] = {}
    for batch_id, set_id in connection.execute(wanted):
        found.setdefault(batch_id, []).append(set_id)
    return found


def _open(connection: Connection, ids: Sequence[str], now: float) -> dict[str, dict[RunState, int]]:
    process = _PROCESS.c
    told = (process[name].label(f"process_{name}") for name in ("space", "pid", "last_seen", "ended_at"))
    wanted = (
        select(_RUN.c.batch_id, _RUN.c.source, _RUN.c.ended_at, *told)
        .join(_PROCESS, _RUN.c.process_id == process.id)
        .where(_RUN.c.batch_id.in_(ids), _RUN.c.ended_at.is_(None))
    )
    found: dict[str, dict[RunState, int]] = {}
    for row in connection.execute(wanted).mappings():
        states = found.setdefault(row["batch_id"], {})
        state = state_of(row, now)
        states[state] = states.get(state, 0) + 1
    return found


def _planned(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    """How many trials were meant to be played, as the first run of each scenario tells in its metadata."""
    first = (
        select(func.min(_RUN.c.id))
        .where(_RUN.c.batch_id.in_(ids))
        .group_by(_RUN.c.batch_id, _RUN.c.scenario_id)
    )
    wanted = select(_RUN.c.batch_id, _RUN.c.metadata).where(_RUN.c.id.in_(first))
    found: dict[str, int] = {}
    for batch_id, metadata in connection.execute(wanted):
        trials = from_json(metadata).get("trials")
        found[batch_id] = found.get(batch_id, 0) + (
            trials if type(trials) is int and 0 < trials < 10**6 else 1
        )
    return found
