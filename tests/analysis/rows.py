"""Rows of runs as the store gives them, made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from scenario._engine.facts import RunStatus
from scenario.analysis import BatchSummary, ScenarioSummary, summarise
from scenario.faults import FaultKind, RunOutcome
from scenario.statistics import Counts
from scenario.store.rows import RunRow, RunState
from scenario.usage import RunUsage, Usage

_OUTCOMES = {
    None: RunOutcome.PASSED,
    FaultKind.AGENT: RunOutcome.FAILED,
    FaultKind.JUDGE: RunOutcome.INCONCLUSIVE,
    FaultKind.SIMULATOR: RunOutcome.ERROR,
    FaultKind.INFRASTRUCTURE: RunOutcome.ERROR,
}
AGENT, JUDGE, SIMULATOR, INFRASTRUCTURE = (
    FaultKind.AGENT,
    FaultKind.JUDGE,
    FaultKind.SIMULATOR,
    FaultKind.INFRASTRUCTURE,
)


def row(name: str = "a", trial: int | None = 1, fault: FaultKind | None = None, **values: Any) -> RunRow:
    """A run that ended; it passed unless there is a fault."""
    state = values.pop("state", RunState.FINISHED)
    is_over = state is RunState.FINISHED
    started_at = values.pop("started_at", 100.0 + (trial or 0))
    given = {
        "id": f"{values.get('batch_id', 'batch')}-{name}-{trial}-{started_at:g}",
        "batch_id": "batch",
        "scenario_id": f"scenario_{name}",
        "set_id": "default",
        "name": name,
        "description": f"about {name}",
        "tags": (),
        "fields": {},
        "trial": trial,
        "seed": None,
        "source": "local",
        "state": state,
        "status": (RunStatus.SUCCESS if fault is None else RunStatus.FAILED) if is_over else None,
        "outcome": _OUTCOMES[fault] if is_over else None,
        "fault": fault,
        "fault_reason": None if fault is None else "it went wrong",
        "reasoning": None,
        "error": None,
        "ending": None,
        "turns": 2,
        "messages": 4,
        "passed_criteria": 0,
        "failed_criteria": 0,
        "inconclusive_criteria": 0,
        "total_time": 3.0,
        "agent_time": 1.0,
        "usage": RunUsage(),
        "agents": (),
        "metadata": {},
        "started_at": started_at,
        "last_at": started_at + 3,
        "ended_at": started_at + 3 if is_over else None,
        "facts": 10,
        "lost": 0,
        "change": 1,
    }
    return RunRow(**{**given, **values})


def trials(name: str, passed: int, of: int, **values: Any) -> list[RunRow]:
    """As many trials, the first of which pass."""
    made = row if values else _plain_row
    return [made(name, n, None if n <= passed else AGENT, **values) for n in range(1, of + 1)]


@cache
def _plain_row(name: str, trial: int, fault: FaultKind | None) -> RunRow:
    return row(name, trial, fault)


def batch(scenarios: Mapping[str, Counts], label: str = "batch") -> BatchSummary:
    """A batch of these scenarios."""
    runs: Iterable[RunRow] = [
        run for name, counts in scenarios.items() for run in trials(name, counts.passed, counts.trials)
    ]
    return summarise(runs, label=label)


@cache
def _summary(name: str, counts: Counts) -> ScenarioSummary:
    (found,) = batch({name: counts}).scenarios
    return found


def drawn(scenarios: Mapping[str, Counts], label: str = "batch") -> BatchSummary:
    """A batch as `batch` makes it, for those who draw thousands: each scenario is summarised once for its counts.

    Of the batch as a whole its label and counts are told, and no more.
    """
    summaries = tuple(_summary(name, counts) for name, counts in scenarios.items())
    counts = sum(scenarios.values(), Counts(0, 0))
    return replace(summarise([], label=label), scenarios=summaries, counts=counts)


def priced(cost: float, tokens: int = 100) -> RunUsage:
    """What a run used of language models."""
    return RunUsage(agent=Usage(calls=1, input_tokens=tokens, cost=cost))
