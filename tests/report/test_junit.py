"""The XML for continuous integration.

Its form is that of ``junit-10.xsd`` of Jenkins' xUnit plugin, written down here as rules: which elements may stand in
which, and which attributes they have or must have.
"""

from __future__ import annotations

import dataclasses
import re
from xml.etree import ElementTree as ET

import pytest

from analysis.rows import AGENT, INFRASTRUCTURE, JUDGE, row, trials
from report.played import POLITE, RATES
from scenario.analysis import summarise
from scenario.report.document import Document
from scenario.report.junit import CasePer, junit
from scenario.store.conversations import Conversation
from scenario.store.rows import Judgement, RunState
from scenario.types import CriterionResult, CriterionStatus

NOTES = {"message", "type"}
RULES = {  # element: (what may stand in it, the attributes it must have, the attributes it may have)
    "testsuites": ({"testsuite"}, set(), {"name", "time", "tests", "failures", "errors"}),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
    ),
    "properties": ({"property"}, set(), set()),
    "property": (set(), {"name", "value"}, set()),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"},
        {"name"},
        {"time", "classname", "group"},
    ),
    "failure": (set(), set(), NOTES),
    "error": (set(), set(), NOTES),
    "skipped": (set(), set(), NOTES),
    "system-out": (set(), set(), set()),
}
TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def check(element):
    """That an element, and all in it, is as the rules say."""
    inside, needed, allowed = RULES[element.tag]
    assert {child.tag for child in element} <= inside, element.tag
    assert needed <= set(element.keys()) <= needed | allowed, element.tag
    if element.tag.startswith("testsuite"):
        assert TIME.fullmatch(element.get("time"))
    for child in element:
        check(child)


def parsed(document, **options):
    root = ET.fromstring(junit(document, **options))  # noqa: S314 - our own text
    check(root)
    return root


def cases(root):
    return {case.get("name"): case for case in root.iter("testcase")}


@pytest.mark.parametrize("per", CasePer)
def test_the_form_is_that_of_the_schema_and_the_numbers_agree(document, per):
    root = parsed(document, per=per)

    for element in (root, *root.iter("testsuite")):
        for kind, name in (("testcase", "tests"), ("failure", "failures"), ("error", "errors")):
            assert int(element.get(name)) == len(list(element.iter(kind)))


def test_a_case_for_each_scenario_fails_unless_every_trial_passed(document):
    found = cases(parsed(document))

    assert list(found) == list(RATES)
    assert [case.find("failure") is None for case in found.values()] == [True, False, False, False, False]
    assert (
        found["finds the order"].find("failure").get("message")
        == "16 of 20 trials passed (80 %; 58.4 to 91.9 %)"
    )


def test_a_least_pass_rate_lets_scenarios_pass(document):
    found = cases(parsed(document, min_pass_rate=0.75))

    assert [case.find("failure") is None for case in found.values()] == [True, True, True, False, False]


def test_a_failure_holds_the_transcript_and_the_evidence(document):
    text = cases(parsed(document))["speaks Latin"].find("failure").text

    assert f"{POLITE}: failed, It says so itself." in text
    assert "message 1: Go away." in text
    assert "  0 user: Good morning. <script>document.title" in text
    assert text.endswith("(10 more trials)")


def test_a_case_for_each_criterion(document):
    root = parsed(document, per=CasePer.CRITERION)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]

    assert ("desk.greets the customer", POLITE) in names
    assert ("desk.gives a refund", "(the run)") in names  # two trials whose judge was away
    assert len(names) == 6
    (refund,) = [
        case
        for case in root.iter("testcase")
        if case.get("classname") == "desk.gives a refund" and case.get("name") == POLITE
    ]
    assert refund.find("failure").get("message") == f"{POLITE}: not met in 5 of 20 trials"


def of(*runs, **conversations):
    return Document(summarise(runs), conversations)


def test_a_scenario_of_which_no_trial_counts_is_an_error_that_says_why():
    (case,) = parsed(of(row(fault=JUDGE), row(trial=2, fault=INFRASTRUCTURE))).iter("testcase")

    assert case.find("error").get("type") == "judge,infrastructure"
    assert "2 left out (judge 1, infrastructure 1)" in case.find("error").get("message")


def test_missing_trials_are_an_error():
    (case,) = parsed(of(row(), row(trial=2, state=RunState.INTERRUPTED))).iter("testcase")

    assert case.find("error").get("type") == "unfinished"
    assert "stopped early" in case.find("error").get("message")


def test_a_criterion_that_nobody_could_decide_is_skipped():
    run = row(fault=None)
    verdict = CriterionResult("be kind", CriterionStatus.INCONCLUSIVE)
    judgement = Judgement(0, "final", None, None, 1.0, True, None, (verdict,))
    document = of(run, **{run.id: Conversation((), (judgement,))})
    (case,) = parsed(document, per=CasePer.CRITERION).iter("testcase")

    assert case.find("skipped") is not None


def test_a_run_without_criteria_is_a_case_of_its_own():
    passed, failed = of(*trials("a", 2, 2)), of(row("a", fault=AGENT, error="it broke"))

    (case,) = parsed(passed, per=CasePer.CRITERION).iter("testcase")
    assert (case.get("name"), case[0].tag) == ("(the run)", "system-out")
    (case,) = parsed(failed, per=CasePer.CRITERION).iter("testcase")
    assert "it broke" in case.find("failure").text


def test_characters_that_xml_cannot_hold_are_replaced():
    (case,) = parsed(of(row("a\x00b\x1b\ufffe\ud800"))).iter("testcase")

    assert case.get("name") == "a?b???"


def test_nothing_at_all_is_a_report_of_nothing():
    assert parsed(of()).get("tests") == "0"


def test_the_properties_name_the_commit():
    summary = dataclasses.replace(summarise([row()]), info={"commit": "abc", "branch": "main"})
    root = parsed(Document(summary, {}))

    found = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert (found["scenario.commit"], found["scenario.branch"]) == ("abc", "main")
