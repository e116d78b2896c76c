"""A report for programs: JSON Lines. Pure.

The first line is of type ``report``; then comes one of type ``scenario`` for each scenario, each followed by one of
type ``trial`` for each of its trials; with a baseline, one of type ``comparison`` at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scenario.analysis import BatchSummary, ScenarioSummary, Trial
from scenario.faults import FaultKind
from scenario.report.document import Document
from scenario.store.conversations import Conversation
from scenario.store.plain import plain

VERSION = 1
"""Of the form. It grows when a program that reads the former form would go wrong."""


def jsonl(document: Document) -> Iterator[str]:
    """The lines of the report, each with its end.

    Args:
        document: What to report.
    """
    yield _line({"type": "report", "version": VERSION, **_report(document.summary)})
    for scenario in document.summary.scenarios:
        yield _line({"type": "scenario", **_scenario(scenario)})
        for trial in scenario.of.trials:
            yield _line({"type": "trial", **_trial(scenario, trial, document.said_in(trial))})
    if document.comparison is not None:
        yield _line({"type": "comparison", **plain(document.comparison)})


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=True, separators=(",", ":")) + "\n"


def _report(summary: BatchSummary) -> dict[str, Any]:
    names = (
        "label started_at ended_at counts interval passes measures unfinished retries usage info confidence"
    )
    return {**_chosen(summary, names), "left_out": _by_fault(summary.left_out)}


def _scenario(scenario: ScenarioSummary) -> dict[str, Any]:
    key = scenario.of.key
    return {
        "set_id": key.set_id,
        "name": key.name,
        "fields": json.loads(key.fields),
        **_chosen(
            scenario, "label description tags counts interval steadiness measures usage retries stopped_early"
        ),
        "planned": scenario.of.planned,
        "unfinished": scenario.of.unfinished,
        "left_out": _by_fault(scenario.of.left_out),
    }


def _trial(scenario: ScenarioSummary, trial: Trial, conversation: Conversation) -> dict[str, Any]:
    names = (
        "id batch_id trial seed outcome fault fault_reason reasoning error turns total_time agent_time started_at "
        "ended_at usage"
    )
    return {
        "scenario": scenario.label,
        "state": trial.state.value,
        **_chosen(trial.run, names),
        "earlier": [run.id for run in trial.earlier],
        "verdicts": plain(conversation.verdicts),
        "messages": [plain(row.message) for row in conversation.messages],
    }


def _by_fault(left_out: Mapping[FaultKind, int]) -> dict[str, int]:
    return {kind.value: count for kind, count in left_out.items()}


def _chosen(value: Any, names: str) -> dict[str, Any]:
    return {name: plain(getattr(value, name)) for name in names.split()}
