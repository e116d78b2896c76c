"""What is told at the end of a run, in words."""

from scenario.cli.run_lines import plain_text
from scenario.cli.suite_lines import result_lines
from scenario.suite.result import Attempt, SuiteResult, TrialResult
from scenario.suite.trial import Trial
from scenario.types import Fault, FaultKind, RunOutcome


def one_result(reasoning, *, fault=None):
    attempt = Attempt("run", RunOutcome.ERROR, fault, reasoning)
    return SuiteResult("b", (TrialResult(Trial("parcel", "x", 1, 1, 0), (attempt,)),), {"parcel": 1})


def test_one_of_something_is_told_as_one():
    assert "0 passed, 1 failed of 1 trial\n" in plain_text(result_lines(one_result("no")))
    result = one_result("gone", fault=Fault(FaultKind.JUDGE, "gone"))
    assert "1 fault of the judge of 1 trial\n" in plain_text(result_lines(result))


def test_a_reason_of_several_lines_keeps_them():
    reasoning = "Desk returned 7.\nReturn one of these:\n\n    return 'text'"
    lines = plain_text(result_lines(one_result(reasoning))).splitlines()
    place = lines.index("    trial 1: Desk returned 7.  (run)")
    assert lines[place + 1 : place + 4] == ["      Return one of these:", "", "          return 'text'"]


def test_a_long_reason_is_cut():
    lines = plain_text(result_lines(one_result("\n".join(["x" * 999] * 99)))).splitlines()
    assert len(lines) < 20
    assert max(map(len, lines)) < 330
