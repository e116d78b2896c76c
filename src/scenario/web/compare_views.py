"""The data of the pages that compare, and of the labels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter, ValidationError

from scenario.analysis import Comparison, ScenarioChange, Selection, Shift, compare, select
from scenario.errors import ScenarioError
from scenario.statistics import Counts
from scenario.store.labels import Label, LabelKind, labels, remove_label, set_label
from scenario.store.open import RunStore
from scenario.store.overview import BatchOverview, overview
from scenario.types import CriterionStatus
from scenario.web import shapes
from scenario.web.answers import RefusedError
from scenario.web.batch_data import Removed
from scenario.web.compare_data import (
    MOST_NOTE,
    Agreement,
    BatchComparison,
    ComparedScenario,
    LabelList,
    LabelSent,
    MeasureShift,
    OverallChange,
    Rate,
    RunComparison,
    Side,
    SideBatch,
)
from scenario.web.message_data import VerdictLabel
from scenario.web.operations import Asked
from scenario.web.run_views import by_turn, the_run

_SENT: Final = TypeAdapter(LabelSent)
_HOW_TO_LABEL: Final = (
    'Send {"label": "right"} or {"label": "wrong"}, with a "note" if you like: '
    f"a text of at most {MOST_NOTE:,} characters."
)


def compare_batches(store: RunStore, asked: Asked) -> BatchComparison:
    """Two sides compared."""
    try:
        first = select(store, asked.the_text("a"), without=())
        second = select(store, asked.the_text("b"), without=())
    except ScenarioError as error:
        raise RefusedError(404, str(error)) from error
    before, after = first.summary(), second.summary()
    found = compare(before, after)
    runs = [
        {each.of.key: [trial.run.id for trial in each.of.trials] for each in side.scenarios}
        for side in (before, after)
    ]
    return {
        "before": _side(store, first, before.counts),
        "after": _side(store, second, after.counts),
        "overall": _overall(found),
        "scenarios": [
            _change(each, runs[0].get(each.key, []), runs[1].get(each.key, [])) for each in found.scenarios
        ],
        "only_before": list(found.only_before),
        "only_after": list(found.only_after),
        "left": list(found.left),
        "shifts": [_shift(each) for each in found.shifts],
        "alpha": found.alpha,
    }


def compare_runs(store: RunStore, asked: Asked) -> RunComparison:
    """Two conversations, turn by turn."""
    first, second = the_run(store, asked.the_text("a")), the_run(store, asked.the_text("b"))
    return {"a": shapes.run(first.run), "b": shapes.run(second.run), "turns": by_turn(first, second)}


def list_labels(store: RunStore, asked: Asked) -> LabelList:
    """The labels, of all runs or of a batch."""
    return {"labels": [shapes.label(each) for each in labels(store, batch=asked.text("batch"))]}


def put_label(store: RunStore, asked: Asked) -> VerdictLabel:
    """Label a verdict."""
    try:
        sent = _SENT.validate_python(asked.body)
    except ValidationError as error:
        raise RefusedError(400, _HOW_TO_LABEL) from error
    run_id, criterion = asked.the_text("run"), asked.the_text("criterion")
    found = set_label(store, run_id, criterion, sent["label"], sent.get("note") or "")
    if found is None:
        raise RefusedError(404, f"The run {run_id!r} has no verdict about such a criterion.")
    return shapes.label(found)


def delete_label(store: RunStore, asked: Asked) -> Removed:
    """Remove a label."""
    if not remove_label(store, asked.the_text("run"), asked.the_text("criterion")):
        raise RefusedError(404, "There is no such label. It may have been removed already.")
    return {"removed": 1}


def agreement(store: RunStore, asked: Asked) -> Agreement:
    """How far the judge agrees with the people who labelled."""
    return agreement_of(labels(store, batch=asked.text("batch")))


def agreement_of(found: Sequence[Label]) -> Agreement:
    """Agreement, precision, recall and kappa over labels. Pure.

    Precision and recall are those of failures. Source of kappa: J. Cohen, A coefficient of agreement for nominal
    scales, Educational and Psychological Measurement 20 (1960), 37-46.
    """
    judged = [each for each in found if each.status is not CriterionStatus.INCONCLUSIVE]
    counted = {
        (status, kind): sum(each.status is status and each.kind is kind for each in judged)
        for status in (CriterionStatus.FAILED, CriterionStatus.PASSED)
        for kind in LabelKind
    }
    real = counted[CriterionStatus.FAILED, LabelKind.RIGHT]
    false_alarms = counted[CriterionStatus.FAILED, LabelKind.WRONG]
    fine = counted[CriterionStatus.PASSED, LabelKind.RIGHT]
    missed = counted[CriterionStatus.PASSED, LabelKind.WRONG]
    total = len(judged)
    agreed = _share(real + fine, total)
    return {
        "labels": len(found),
        "judged": total,
        "inconclusive": len(found) - total,
        "agreement": agreed,
        "precision": _share(real, real + false_alarms),
        "recall": _share(real, real + missed),
        "kappa": _kappa(real, false_alarms, fine, missed),
        "matrix": {
            "judge_failed_and_right": real,
            "judge_failed_and_wrong": false_alarms,
            "judge_passed_and_right": fine,
            "judge_passed_and_wrong": missed,
        },
    }


def _kappa(real: int, false_alarms: int, fine: int, missed: int) -> float | None:
    total = real + false_alarms + fine + missed
    if not total:
        return None
    both_fail = (real + false_alarms) * (real + missed)
    both_pass = (fine + missed) * (fine + false_alarms)
    by_chance = (both_fail + both_pass) / total**2
    return None if by_chance == 1 else ((real + fine) / total - by_chance) / (1 - by_chance)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _side(store: RunStore, found: Selection, counts: Counts) -> Side:
    batches = [known for each in found.batch_ids if (known := overview(store, each)) is not None]
    return {
        "label": found.label,
        "batch_ids": list(found.batch_ids),
        "batches": [_named(each) for each in batches],
        "branch": shapes.text_of(found.info.get("branch")),
        "commit": shapes.text_of(found.info.get("commit")),
        **_counts(counts),
    }


def _named(found: BatchOverview) -> SideBatch:
    told = found.invocation
    return {"id": told.id, "name": shapes.batch_name(found), "started_at": told.started_at}


def _counts(found: Counts) -> Rate:
    return {
        "passed": found.passed,
        "counted": found.trials,
        "pass_rate": shapes.rate(found),
    }


def _overall(found: Comparison) -> OverallChange | None:
    told = found.overall
    if told is None:
        return None
    return {
        "before": told.before,
        "after": told.after,
        "difference": told.difference,
        "interval": told.interval,
        "test": told.test,
        "p_value": told.p_values.p_value,
        "effect": told.effect,
    }


def _change(found: ScenarioChange, before: list[str], after: list[str]) -> ComparedScenario:
    return {
        "label": found.label,
        "name": found.key.name,
        "set_id": found.key.set_id,
        "fields": json.loads(found.key.fields),
        "before": _counts(found.before),
        "after": _counts(found.after),
        "difference": found.difference,
        "interval": found.interval,
        "p_value": found.p_values.p_value,
        "adjusted": found.adjusted,
        "change": found.change,
        "is_reworded": found.reworded,
        "trials_needed": found.trials_needed,
        "before_runs": before,
        "after_runs": after,
    }


def _shift(found: Shift) -> MeasureShift:
    return {
        "measure": found.measure,
        "before": found.before,
        "after": found.after,
        "ratio": found.ratio,
        "interval": found.interval,
        "scenarios": found.scenarios,
    }
