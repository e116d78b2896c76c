"""What the runs of a session come to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import scenario
from scenario import CriterionResult, CriterionStatus, Evidence, FaultKind, RunUsage, Usage
from scenario.events import RunStatus
from scenario.report.session import RunSummary, Totals, Unmet, Verdict, summarise, totals_of
from scenario.report.wording import measures, printable, unmet_lines

FAILED, INCONCLUSIVE = CriterionStatus.FAILED, CriterionStatus.INCONCLUSIVE


def _result(*criteria: CriterionResult, **fields) -> scenario.ScenarioResult:
    given = {
        "success": False,
        "messages": [],
        "reasoning": "not fine",
        "criteria": list(criteria),
        "passed_criteria": [each.criterion for each in criteria if each.passed],
        "failed_criteria": [each.criterion for each in criteria if not each.passed],
    }
    return scenario.ScenarioResult(**{**given, **fields})


def _summary(*criteria: CriterionResult, error: str | None = None, **fields) -> RunSummary:
    return summarise("a name", _result(*criteria, **fields), Verdict.FAILED, error=error)


@pytest.mark.parametrize("status", RunStatus)
def test_each_status_of_a_run_is_a_verdict(status):
    expected = "PASSED" if status is RunStatus.SUCCESS else status.value

    assert Verdict.of(status.value).value == expected


def test_totals_count_what_did_not_pass_as_failed():
    totals = totals_of([RunSummary("a name", verdict) for verdict in [*Verdict, Verdict.PASSED]])

    assert (totals.total, totals.passed, totals.failed, totals.excused) == (6, 2, 4, 0)


def test_totals_count_apart_what_is_not_the_agents_fault():
    runs = [RunSummary("a name", Verdict.FAILED, fault=kind.value) for kind in FaultKind]

    assert (totals_of(runs).failed, totals_of(runs).excused) == (4, 3)


@pytest.mark.parametrize("outcome", ["failed", "inconclusive", "error"])
def test_the_outcome_of_a_result_says_how_a_run_failed(outcome):
    assert Verdict.of("FAILED", outcome).value == outcome.upper()
    assert Verdict.of("CANCELLED", outcome) is Verdict.CANCELLED


def test_a_summary_says_what_models_were_used():
    run = _summary(usage=RunUsage(judge=Usage(calls=1, input_tokens=5, cost=0.5)))

    assert run.usage == "1 call, 5 + 0 tokens, $0.5000"


@pytest.mark.parametrize(("passed", "total", "rate"), [(0, 0, 0.0), (1, 3, 33.33), (2, 3, 66.67), (4, 4, 100.0)])  # fmt: skip
def test_the_success_rate_is_in_percent_with_two_decimals(passed, total, rate):
    assert Totals(total, passed).success_rate == rate


def test_a_summary_holds_what_the_result_says():
    result = _result(turns=3, total_time=2.5, agent_time=1.5)

    assert summarise("a name", result, Verdict.FAILED, test="t.py::t") == RunSummary(
        name="a name",
        verdict=Verdict.FAILED,
        test="t.py::t",
        turns=3,
        total_time=2.5,
        agent_time=1.5,
        reason="not fine",
        fault="agent",
    )


def test_unmet_criteria_keep_their_reasons_and_evidence():
    verdict = CriterionResult("is polite", FAILED, "it was rude", (Evidence(3, "go away"),))

    assert _summary(verdict).unmet == (Unmet("is polite", "failed", "it was rude", ("message 3: go away",)),)


def test_criteria_that_were_only_named_are_unmet_too():
    run = _summary(failed_criteria=["one", "two"], inconclusive_criteria=["two"], passed_criteria=["three"])

    assert run.unmet == (Unmet("one", "failed"), Unmet("two", "inconclusive"))
    assert run.criteria == 3


def test_a_reason_that_only_repeats_the_criteria_is_left_out():
    verdict = CriterionResult("is polite", FAILED, "it was rude")

    assert _summary(verdict, reasoning="is polite: it was rude").reason == ""


def test_a_reason_that_says_more_stays():
    verdicts = CriterionResult("is polite", FAILED), CriterionResult("is quick", INCONCLUSIVE, "no clock")

    assert _summary(*verdicts, reasoning="it was rude, no clock").reason == "it was rude, no clock"


def test_an_error_is_the_reason_and_no_criterion():
    asserted = CriterionResult("one is not two", FAILED)

    run = _summary(asserted, error="one is not two", reasoning="Scenario failed with error: one is not two")

    assert (run.reason, run.criteria, run.unmet) == ("one is not two", 0, ())


def test_a_result_without_a_reason_has_none():
    assert _summary(reasoning=None).reason == ""


TEXT = st.text(st.characters(codec=None), max_size=20)


@given(
    st.builds(
        RunSummary,
        name=TEXT.map(printable),
        verdict=st.sampled_from(Verdict),
        test=st.none() | TEXT.map(printable),
        turns=st.none() | st.integers(0, 99),
        total_time=st.none() | st.floats(0, 1e6),
        agent_time=st.none() | st.floats(0, 1e6),
        reason=TEXT.map(printable),
        criteria=st.integers(0, 9),
        unmet=st.lists(
            st.builds(Unmet, TEXT, st.just("failed"), TEXT, st.lists(TEXT, max_size=2).map(tuple)), max_size=2
        ).map(tuple),
    )
)
def test_a_summary_survives_the_way_to_another_process(run):
    sent = json.loads(json.dumps(run.to_plain()))

    assert RunSummary.from_plain(sent) == run


@given(st.text(st.characters(codec=None)))
def test_printable_text_can_be_written_in_any_process(text):
    shown = printable(text)

    shown.encode("utf-8")
    assert not any(ord(character) < 32 and character not in "\n\t" for character in shown)


def test_printable_text_keeps_its_lines_and_its_accents():
    assert printable("é 👩‍💻\tx\r\ny\x1b[0m") == "é 👩‍💻\tx\ny?[0m"


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, ""),
        ({"turns": 1}, "1 turn"),
        ({"turns": 0, "total_time": 1.239}, "0 turns, 1.24 s"),
        ({"turns": 2, "total_time": 1.0, "agent_time": 0.5}, "2 turns, 1.00 s, agent 0.50 s"),
    ],
)
def test_measures_tell_what_is_known(fields, text):
    assert measures(RunSummary("a name", Verdict.PASSED, **fields)) == text


def test_a_criterion_is_told_in_lines_of_a_bounded_width():
    lines = unmet_lines(Unmet("c" * 50, "failed", "r\n" * 50, ("e" * 50, "short")), 10)

    assert lines == [f"failed: {'c' * 9}…: r r r r r…", f"  {'e' * 9}…", "  short"]


def test_a_criterion_without_a_reason_is_told_by_its_name():
    assert unmet_lines(Unmet("is polite", "inconclusive"), 80) == ["inconclusive: is polite"]
