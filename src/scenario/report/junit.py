"""A report for continuous integration, in the form of JUnit's XML. Pure.

There is no standard; this is what Jenkins' xUnit plugin accepts with its schema ``junit-10.xsd``, and what GitHub
actions, GitLab and Azure Pipelines read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from typing import assert_never
from xml.etree import ElementTree as ET

from scenario._wording import percent
from scenario.analysis import ScenarioSummary, Trial, TrialState
from scenario.report.document import (
    Document,
    failed_trials,
    failure_lines,
    interval_words,
    left_out_words,
    unmet,
)
from scenario.report.wording import printable
from scenario.types import CriterionStatus

_MOST_TRANSCRIPTS = 10
_NO_XML = re.compile("[\ufffe\uffff]")


class CasePer(str, Enum):
    """What one test case stands for."""

    SCENARIO = "scenario"
    CRITERION = "criterion"


@dataclass(frozen=True, slots=True)
class _Case:
    classname: str
    name: str
    seconds: float
    kind: str = ""
    fault: str = ""
    message: str = ""
    text: str = ""
    output: str = ""


def junit(document: Document, *, per: CasePer = CasePer.SCENARIO, min_pass_rate: float = 1.0) -> str:
    """The report as XML.

    A case of a scenario fails when the rate of its trials that count is below `min_pass_rate`; it is an error when no
    trial counts, or trials are missing. A case of a criterion fails when a trial that counts did not meet it. A
    failure holds the transcripts of up to ten trials.

    Args:
        document: What to report.
        per: A case for each scenario, or for each criterion of each scenario.
        min_pass_rate: The least pass rate of a scenario.

    Returns:
        The text of the file.
    """
    summary = document.summary
    sets = list(dict.fromkeys(each.of.key.set_id for each in summary.scenarios))
    suites = ET.Element("testsuites", name=_text(summary.label) or "scenario")
    every: list[_Case] = []
    for set_id in sets:
        members = [each for each in summary.scenarios if each.of.key.set_id == set_id]
        cases = [case for each in members for case in _cases(document, each, per, min_pass_rate)]
        every += cases
        suite = ET.SubElement(suites, "testsuite", {"name": _text(set_id), **_totals(cases)})
        suite.set("skipped", _of(cases, "skipped"))
        if summary.started_at is not None:
            suite.set(
                "timestamp", datetime.fromtimestamp(summary.started_at, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            )
        _properties(suite, document)
        for case in cases:
            _add(suite, case)
    suites.attrib.update(_totals(every))
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


def _totals(cases: Sequence[_Case]) -> dict[str, str]:
    return {
        "tests": str(len(cases)),
        "failures": _of(cases, "failure"),
        "errors": _of(cases, "error"),
        "time": _seconds(math.fsum(case.seconds for case in cases)),
    }


def _of(cases: Iterable[_Case], kind: str) -> str:
    return str(sum(case.kind == kind for case in cases))


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"


def _properties(suite: ET.Element, document: Document) -> None:
    summary = document.summary
    told = {
        "scenario.batch": summary.label,
        "scenario.pass_rate": f"{summary.counts.rate:.4f}" if summary.counts.trials else "",
        "scenario.trials": str(summary.trials),
        "scenario.left_out": str(sum(summary.left_out.values())),
        **{f"scenario.{name}": str(summary.info.get(name) or "") for name in ("commit", "branch")},
    }
    properties = ET.SubElement(suite, "properties")
    for name, value in told.items():
        if value:
            ET.SubElement(properties, "property", name=name, value=_text(value))


def _add(suite: ET.Element, case: _Case) -> None:
    element = ET.SubElement(
        suite,
        "testcase",
        classname=_text(case.classname),
        name=_text(case.name),
        time=_seconds(case.seconds),
    )
    if case.kind:
        found = ET.SubElement(element, case.kind, message=_line(case.message), type=case.fault)
        found.text = _text(case.text)
    if case.output:
        ET.SubElement(element, "system-out").text = _text(case.output)


def _text(text: str) -> str:
    """The text without the characters that XML cannot hold."""
    return _NO_XML.sub("?", printable(text))


def _line(text: str) -> str:
    return " ".join(_text(text).split())


def _cases(document: Document, scenario: ScenarioSummary, per: CasePer, least: float) -> list[_Case]:
    match per:
        case CasePer.SCENARIO:
            return [_scenario_case(document, scenario, least)]
        case CasePer.CRITERION:
            return _criterion_cases(document, scenario)
        case _:
            assert_never(per)


def _scenario_case(document: Document, scenario: ScenarioSummary, least: float) -> _Case:
    counts = scenario.counts
    seen = f"{counts} trials passed ({percent(counts.rate)}; {interval_words(scenario)})"
    output = "\n".join(
        [seen, left_out_words(scenario.of.left_out), scenario.steadiness.value if scenario.steadiness else ""]
    ).strip()
    kind = fault = message = text = ""
    if counts.trials and counts.rate < least:
        kind, fault, message = "failure", "agent", seen
        text = _transcripts(document, failed_trials(scenario))
    elif not counts.trials or scenario.stopped_early:
        kind, fault = "error", _blame(scenario)
        message = f"{seen}; {left_out_words(scenario.of.left_out)}" if counts.trials else _nothing(scenario)
        text = _transcripts(document, [each for each in scenario.of.trials if not each.counts])
    return _Case(scenario.of.key.set_id, scenario.label, _time(scenario), kind, fault, message, text, output)


def _nothing(scenario: ScenarioSummary) -> str:
    unfinished = f", {scenario.of.unfinished} unfinished" if scenario.of.unfinished else ""
    return f"No trial says anything about the agent: {left_out_words(scenario.of.left_out)}{unfinished}"


def _blame(scenario: ScenarioSummary) -> str:
    return ",".join(kind.value for kind in scenario.of.left_out) or "unfinished"


def _transcripts(document: Document, trials: Sequence[Trial]) -> str:
    shown = trials[:_MOST_TRANSCRIPTS]
    parts = ["\n".join(failure_lines(trial, document.said_in(trial))) for trial in shown]
    more = len(trials) - len(shown)
    return "\n\n".join([*parts, *([f"({more} more trials)"] if more else [])])


def _time(scenario: ScenarioSummary) -> float:
    return math.fsum(trial.run.total_time or 0.0 for trial in scenario.of.trials)


def _criterion_cases(document: Document, scenario: ScenarioSummary) -> list[_Case]:
    by_criterion: dict[str, list[tuple[Trial, CriterionStatus]]] = {}
    for trial in scenario.of.trials:
        for verdict in document.said_in(trial).verdicts:
            by_criterion.setdefault(verdict.criterion, []).append((trial, verdict.status))
    seconds = _time(scenario) / max(1, len(by_criterion))
    cases = [
        _criterion_case(document, scenario, name, found, seconds) for name, found in by_criterion.items()
    ]
    other = [trial for trial in scenario.of.trials if _is_unexplained(document, trial)]
    if other or not cases:
        cases.append(_run_case(document, scenario, other))
    return cases


def _criterion_case(
    document: Document,
    scenario: ScenarioSummary,
    criterion: str,
    found: Sequence[tuple[Trial, CriterionStatus]],
    seconds: float,
) -> _Case:
    counted = [(trial, status) for trial, status in found if trial.counts]
    failed = [trial for trial, status in counted if status is CriterionStatus.FAILED]
    decided = [trial for trial, status in counted if status is not CriterionStatus.INCONCLUSIVE]
    seen = f"not met in {len(failed)} of {len(decided)} trials"
    case = _Case(_class_of(scenario), criterion, seconds)
    if failed:
        text = _transcripts(document, failed)
        return replace(case, kind="failure", fault="agent", message=f"{criterion}: {seen}", text=text)
    if not decided:
        return replace(case, kind="skipped", fault="judge", message="No trial that counts decided it")
    return replace(case, output=seen)


def _class_of(scenario: ScenarioSummary) -> str:
    return f"{scenario.of.key.set_id}.{scenario.label}"


def _is_unexplained(document: Document, trial: Trial) -> bool:
    """Whether a trial did not pass for a reason that no criterion tells."""
    return trial.state is not TrialState.PASSED and not unmet(document.said_in(trial))


def _run_case(document: Document, scenario: ScenarioSummary, trials: Sequence[Trial]) -> _Case:
    failed = [trial for trial in trials if trial.state is TrialState.FAILED]
    classname, name = _class_of(scenario), "(the run)"
    if not trials:
        return _Case(classname, name, _time(scenario), output=f"{scenario.counts} trials passed")
    kind, fault = ("failure", "agent") if failed else ("error", _blame(scenario))
    message = f"{len(failed or trials)} trials did not pass for a reason that is no criterion"
    return _Case(classname, name, 0.0, kind, fault, message, _transcripts(document, failed or trials))
