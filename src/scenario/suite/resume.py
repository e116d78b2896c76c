"""Going on with a run: which of its trials have a result in the store, and which are played again. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from scenario._engine.facts import RunStatus
from scenario.faults import Fault, RunOutcome
from scenario.store.rows import RunRow, RunState
from scenario.suite.plan import Planned
from scenario.suite.result import Attempt, TrialResult
from scenario.suite.retry import RetryPolicy, is_hopeless


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a plan.

    Attributes:
        missing: The trials that are played.
        done: The results that are there.
        earlier: Attempts at missing trials that stand in the store, by `Trial.key`.
        strangers: How many stored trials are of scenarios that were changed since, or are not played now.
    """

    missing: tuple[Planned, ...]
    done: tuple[TrialResult, ...]
    earlier: dict[tuple[str, int], tuple[Attempt, ...]]
    strangers: int


def remainder(
    planned: Sequence[Planned],
    rows: Iterable[RunRow],
    policy: RetryPolicy,
    *,
    played_elsewhere: Collection[str] = (),
) -> Remainder:
    """What is left of a plan, after what is stored.

    A trial has its result when its last finished run passed, failed, could not be decided, or has no attempts left. A
    run that was interrupted or cancelled counts for nothing.

    Args:
        planned: The plan.
        rows: The stored runs of the batch.
        policy: How often an attempt may be made again.
        played_elsewhere: The identities of scenarios whose stored trials are no strangers: other shards play them.
    """
    attempts: dict[tuple[str, int], list[Attempt]] = {}
    for row in sorted(rows, key=lambda row: (row.started_at, row.id)):
        key = key_of(row)
        if key is not None and row.state is RunState.FINISHED and row.status is not RunStatus.CANCELLED:
            attempts.setdefault(key, []).append(_attempt(row))
    wanted = {each.trial.key for each in planned}
    missing: list[Planned] = []
    done: list[TrialResult] = []
    earlier: dict[tuple[str, int], tuple[Attempt, ...]] = {}
    for each in planned:
        stored = attempts.get(each.trial.key, [])
        if stored and (stored[-1].is_final or policy.wait([attempt.fault for attempt in stored]) is None):
            done.append(TrialResult(each.trial, tuple(stored), is_resumed=True))
        else:
            missing.append(each)
            earlier[each.trial.key] = tuple(stored)
    strangers = sum(identity not in played_elsewhere for identity, _ in attempts.keys() - wanted)
    return Remainder(tuple(missing), tuple(done), earlier, strangers)


def key_of(row: RunRow) -> tuple[str, int] | None:
    """The `Trial.key` of a stored run; None for one that is no trial of a suite."""
    identity = row.metadata.get("identity")
    return (identity, row.trial) if isinstance(identity, str) and row.trial is not None else None


def _attempt(row: RunRow) -> Attempt:
    fault = None if row.fault is None else Fault(row.fault, row.fault_reason or "")
    return Attempt(
        run_id=row.id,
        outcome=row.outcome or RunOutcome.ERROR,
        fault=fault,
        reasoning=row.error or row.reasoning or "",
        started_at=row.started_at,
        seconds=0.0 if row.ended_at is None else row.ended_at - row.started_at,
        turns=row.turns,
        usage=row.usage.total,
        is_final=is_hopeless(row.status, fault),
    )
