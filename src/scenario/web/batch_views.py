"""The data of the pages of batches and scenarios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from scenario.analysis import BatchSummary, ScenarioSummary, scenario_trials, summarise
from scenario.analysis.trials import ScenarioKey
from scenario.statistics import Counts, Interval, PassesOf, pass_at_k, pass_hat_k, passes_of, usual_ks, wilson
from scenario.store import queries
from scenario.store.invocations import invocations
from scenario.store.open import RunStore
from scenario.store.overview import BatchOverview, overview, overviews
from scenario.store.retention import remove_batch
from scenario.store.rows import RunRow, RunState
from scenario.store.verdicts import statuses
from scenario.types import CriterionStatus
from scenario.web import shapes
from scenario.web.answers import RefusedError, not_there
from scenario.web.batch_data import Batch, BatchList, Removed
from scenario.web.operations import Asked
from scenario.web.scenario_data import (
    BatchPage,
    CriterionCounts,
    CurvePoint,
    Heat,
    HistoryPoint,
    Scenario,
    ScenarioPage,
)

_MOST_HISTORY = 500


def list_batches(store: RunStore, asked: Asked) -> BatchList:
    """A part of the list of batches."""
    page = overviews(
        store,
        wanted=lambda each: _is_wanted(shapes.batch(each), asked),
        after=_cursor(asked.text("cursor")),
        limit=asked.whole("limit", 50),
    )
    branches = {each.branch: None for each in invocations(store) if each.branch}
    return {
        "batches": [shapes.batch(each) for each in page.batches],
        "next_cursor": None if page.after is None else f"{page.after[0]!r}~{page.after[1]}",
        "branches": list(branches),
        "sets": queries.sets(store),
        "change": queries.latest_change(store),
    }


def one_batch(store: RunStore, asked: Asked) -> BatchPage:
    """A batch with its scenarios and their runs."""
    found = the_batch(store, asked.the_text("batch"))
    runs = queries.runs(store, batch=found.invocation.id)
    verdicts = statuses(store, [run.id for run in runs])
    summary = summarise(runs, info=found.invocation.info)
    scenarios = [scenario(each, verdicts) for each in summary.scenarios]
    return {
        "batch": shapes.batch(found),
        "progress": {
            "planned": found.planned,
            "ended": found.trials - sum(found.open.values()),
            "running": found.open.get(RunState.RUNNING, 0),
        },
        "passes": _passes(_whole(summary)),
        "scenarios": scenarios,
        "tags": sorted({tag for each in summary.scenarios for tag in each.tags}),
        "criteria": list(dict.fromkeys(name for each in verdicts.values() for name in each)),
        "change": found.change,
    }


def one_scenario(store: RunStore, asked: Asked) -> ScenarioPage:
    """A scenario of a batch: its trials, its curve, its criteria, and how it went before."""
    found = the_batch(store, asked.the_text("batch"))
    name, set_id = asked.the_text("name"), asked.text("set")
    runs = queries.runs(store, batch=found.invocation.id)
    chosen = [run for run in runs if run.name == name and set_id in {None, run.set_id}]
    if not chosen:
        raise RefusedError(404, f"No scenario of {found.invocation.id} is called {name!r}.")
    told = summarise(chosen).scenarios[0]
    verdicts = statuses(store, [run.id for run in chosen])
    return {
        "batch": shapes.batch(found),
        "scenario": scenario(told, verdicts),
        "curve": curve(told.counts),
        "heat": _heat([trial.run for trial in told.of.trials], verdicts),
        "history": _history(store, told.of.key),
        "change": found.change,
    }


def delete_batch(store: RunStore, asked: Asked) -> Removed:
    """Remove a batch."""
    removed = remove_batch(store, asked.the_text("batch")).runs
    if not removed:
        raise not_there(asked.the_text("batch"))
    return {"removed": removed}


def the_batch(store: RunStore, batch_id: str) -> BatchOverview:
    """A batch that must be there."""
    found = overview(store, batch_id)
    if found is None:
        raise not_there(batch_id)
    return found


def scenario(found: ScenarioSummary, verdicts: Mapping[str, Mapping[str, CriterionStatus]]) -> Scenario:
    """A scenario of a batch."""
    counts, measures = found.counts, found.measures
    runs = [(trial.run, False) for trial in found.of.trials]
    runs += [(run, True) for trial in found.of.trials for run in trial.earlier]
    key = found.of.key
    return {
        "name": key.name,
        "set_id": key.set_id,
        "fields": found.of.trials[0].run.fields,
        "label": found.label,
        "description": shapes.shortened(found.description, 2000),
        "tags": list(found.tags),
        "trials": len(found.of.trials),
        "planned": found.of.planned,
        "passed": counts.passed,
        "counted": counts.trials,
        "pass_rate": shapes.rate(counts),
        "interval": shapes.interval(counts),
        "is_flaky": counts.passed > 0 and counts.failed > 0,
        "steadiness": found.steadiness,
        "unfinished": found.of.unfinished,
        "faults": shapes.faults(found.of.left_out),
        "cost": found.usage.cost,
        "tokens": found.usage.total_tokens,
        "seconds": None if measures.seconds is None else measures.seconds.median,
        "turns": None if measures.turns is None else measures.turns.median,
        "criteria": _criteria([run.id for run, is_retried in runs if not is_retried], verdicts),
        "runs": [shapes.run(run, is_retried=is_retried) for run, is_retried in runs],
    }


def curve(counts: Counts) -> list[CurvePoint]:
    """pass^k and pass@k of one scenario. The interval of pass^k is the Wilson interval of the rate, to the power of k."""
    bounds = wilson(counts)
    return [
        {
            "k": k,
            "all_pass": pass_hat_k(counts, k),
            "all_interval": Interval(bounds.low**k, bounds.high**k),
            "any_passes": pass_at_k(counts, k),
        }
        for k in usual_ks(counts.trials)
    ]


def _whole(summary: BatchSummary) -> tuple[Counts, ...]:
    return tuple(each.counts for each in summary.scenarios if not each.stopped_early and each.counts.trials)


@lru_cache(maxsize=256)  # the intervals are resampled, and a page asks again with each change
def _passes(scenarios: tuple[Counts, ...]) -> list[PassesOf]:
    ks = usual_ks(min((each.trials for each in scenarios), default=0))
    return passes_of(scenarios, ks)


def _criteria(
    run_ids: Sequence[str], verdicts: Mapping[str, Mapping[str, CriterionStatus]]
) -> list[CriterionCounts]:
    counted: dict[str, Counter[CriterionStatus]] = {}
    for run_id in run_ids:
        for criterion, status in verdicts.get(run_id, {}).items():
            counted.setdefault(criterion, Counter())[status] += 1
    return [
        {
            "criterion": criterion,
            "passed": each[CriterionStatus.PASSED],
            "failed": each[CriterionStatus.FAILED],
            "inconclusive": each[CriterionStatus.INCONCLUSIVE],
        }
        for criterion, each in counted.items()
    ]


def _heat(runs: Sequence[RunRow], verdicts: Mapping[str, Mapping[str, CriterionStatus]]) -> Heat:
    ids = [run.id for run in runs]
    criteria = list(dict.fromkeys(name for run_id in ids for name in verdicts.get(run_id, {})))
    cells = [[verdicts.get(run_id, {}).get(name) for run_id in ids] for name in criteria]
    return {"criteria": criteria, "runs": ids, "cells": cells}


def _history(store: RunStore, key: ScenarioKey) -> list[HistoryPoint]:
    batches: dict[str, list[RunRow]] = {}
    for run in queries.history(store, key.name, set_id=key.set_id, limit=_MOST_HISTORY):
        if ScenarioKey.of(run) == key:
            batches.setdefault(run.batch_id, []).append(run)
    told = {each.id: each for each in invocations(store)}
    found: list[HistoryPoint] = []
    for batch_id, runs in batches.items():
        counts = sum((each.counts for each in scenario_trials(runs)), Counts(0, 0))
        known = told.get(batch_id)
        found.append(
            {
                "batch_id": batch_id,
                "started_at": min(run.started_at for run in runs),
                "branch": (known.branch or None) if known else None,
                "commit": (known.commit or None) if known else None,
                "passed": counts.passed,
                "counted": counts.trials,
                "pass_rate": shapes.rate(counts),
                "interval": shapes.interval(counts),
            }
        )
    return sorted(found, key=lambda each: (each["started_at"], each["batch_id"]))


def _cursor(text: str | None) -> tuple[float, str] | None:
    if text is None:
        return None
    at, _, batch_id = text.partition("~")
    return float(at), batch_id  # the parameter's pattern has seen to it


def _is_wanted(found: Batch, asked: Asked) -> bool:
    since, until = asked.number("since"), asked.number("until")
    results: dict[str, Any] = {
        "passed": found["pass_rate"] == 1,
        "failed": found["failed"] > 0,
        "faults": any(found["faults"].values()),
    }
    words = (asked.text("q") or "").casefold()
    texts = [
        found["id"],
        found["name"],
        found["branch"] or "",
        found["commit"] or "",
        *found["tags"],
        *found["sets"],
    ]
    return (
        asked.text("branch") in {None, found["branch"]}
        and asked.text("state") in {None, found["state"]}
        and asked.text("source") in {None, found["source"]}
        and (asked.text("set") is None or asked.text("set") in found["sets"])
        and results.get(asked.text("result") or "", True)
        and (since is None or found["started_at"] >= since)
        and (until is None or found["started_at"] <= until)
        and any(words in text.casefold() for text in texts)
    )
