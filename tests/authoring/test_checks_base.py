"""scenario.checks: what they are asked about, and how they are put together."""

from __future__ import annotations

import pytest

from authoring.conversations import agent_says, user_says
from scenario.checks import Check, Finding, Subject, replied_within, said, state
from scenario.scenario_state import ReplyTime, ScenarioState
from scenario.types import CriterionResult, CriterionStatus, EndingKind, Evidence, ScenarioResult, UserEnding

PASSED, FAILED, INCONCLUSIVE = CriterionStatus.PASSED, CriterionStatus.FAILED, CriterionStatus.INCONCLUSIVE
TALK = [user_says("Hello"), agent_says("Good day")]


class Fixed(Check):
    """Finds what it is told to."""

    def __init__(self, status, name="fixed", *, settled=False):
        self.finding = Finding(status, name, (Evidence(None, name),), settled)

    @property
    def name(self):
        return self.finding.reasoning

    def look(self, subject):
        return self.finding


def settled(check):
    return check.look(Subject.of([])).settled


YES, NO, UNSURE = Fixed(PASSED, "yes"), Fixed(FAILED, "no"), Fixed(INCONCLUSIVE, "unsure")
SURE_UNSURE = Fixed(INCONCLUSIVE, "unsure", settled=True)
SURE_YES, SURE_NO = Fixed(PASSED, "yes", settled=True), Fixed(FAILED, "no", settled=True)


@pytest.mark.parametrize(
    "source", [TALK, tuple(TALK), ScenarioState(messages=TALK), ScenarioResult(success=True, messages=TALK)]
)
def test_a_check_is_asked_about_messages_a_state_or_a_result(source):
    assert said("good")(source).evidence == (Evidence(1, "Good"),)


@pytest.mark.parametrize("source", [TALK, ScenarioResult(success=True, messages=TALK)])
def test_a_predicate_finds_the_conversation_in_a_state_whatever_the_source(source):
    assert state(lambda given: given.last_message() == TALK[1])(source)


def test_a_state_brings_its_times_turns_and_ending():
    given = ScenarioState(messages=TALK)
    given.reply_times, given.ending = [ReplyTime("desk", 0, 1.0)], UserEnding(EndingKind.DONE, "done")
    subject = Subject.of(given)
    assert (subject.state, subject.reply_times, subject.turns) == (given, given.reply_times, 1)
    assert subject.ending is given.ending


def test_a_result_brings_its_turns_and_its_ending_and_no_times():
    ending = UserEnding(EndingKind.DONE, "done")
    subject = Subject.of(ScenarioResult(success=True, messages=[], ending=ending, turns=7))
    assert (subject.ending, subject.reply_times, subject.turns) == (ending, (), 7)


def test_messages_bring_nothing_else():
    subject = Subject.of(TALK)
    assert (subject.ending, subject.reply_times, subject.turns) == (None, (), None)


def test_asking_a_check_gives_its_name_verdict_reason_and_evidence():
    assert YES([]) == CriterionResult("yes", PASSED, "yes", (Evidence(None, "yes"),))


def test_a_check_reads_as_its_name():
    assert (str(YES), repr(YES)) == ("yes", "yes")


def test_a_check_prints_its_name_although_it_is_a_dataclass():
    assert repr(replied_within(1) & said("a")) == "replied_within(1) and said('a')"


@pytest.mark.parametrize(
    ("check", "status"),
    [
        (YES & YES, PASSED),
        (YES & NO, FAILED),
        (NO & UNSURE, FAILED),
        (YES & UNSURE, INCONCLUSIVE),
        (NO | YES, PASSED),
        (NO | NO, FAILED),
        (UNSURE | YES, PASSED),
        (NO | UNSURE, INCONCLUSIVE),
        (~YES, FAILED),
        (~NO, PASSED),
        (~UNSURE, INCONCLUSIVE),
    ],
    ids=str,
)
def test_checks_are_joined_and_denied(check, status):
    assert check([]).status is status


@pytest.mark.parametrize(
    ("check", "is_settled"),
    [
        (SURE_NO & YES, True),
        (SURE_NO & UNSURE, True),
        (NO & SURE_YES, False),
        (NO & SURE_NO, True),
        (SURE_YES & SURE_YES, True),
        (SURE_YES & YES, False),
        (SURE_YES & UNSURE, False),
        (SURE_YES | NO, True),
        (YES | SURE_NO, False),
        (SURE_NO | SURE_NO, True),
        (SURE_NO | NO, False),
        (SURE_NO | UNSURE, False),
        (SURE_YES & SURE_UNSURE, False),
        (SURE_NO | SURE_UNSURE, False),
        (~SURE_YES, True),
        (~YES, False),
    ],
    ids=str,
)
def test_a_joined_check_is_settled_when_its_parts_settle_it(check, is_settled):
    assert settled(check) is is_settled


def test_and_gives_the_reasons_of_those_that_failed():
    verdict = (YES & NO & Fixed(FAILED, "neither"))([])
    assert verdict.reasoning == "no; neither"
    assert verdict.evidence == (Evidence(None, "no"), Evidence(None, "neither"))


def test_and_gives_all_reasons_when_it_passes():
    assert (YES & Fixed(PASSED, "indeed"))([]).reasoning == "yes; indeed"


def test_or_gives_the_reasons_of_those_that_passed():
    assert (NO | YES | Fixed(PASSED, "indeed"))([]).reasoning == "yes; indeed"


def test_a_denied_check_keeps_its_reason_and_evidence():
    verdict = (~YES)([])
    assert (verdict.reasoning, verdict.evidence) == ("yes", (Evidence(None, "yes"),))


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (YES & NO, "yes and no"),
        (YES | NO, "yes or no"),
        (~YES, "not yes"),
        ((YES & NO) | UNSURE, "(yes and no) or unsure"),
        (YES & (NO | UNSURE), "yes and (no or unsure)"),
        (~(YES & NO), "not (yes and no)"),
        (~~YES, "not (not yes)"),
        (YES & ~NO, "yes and (not no)"),
    ],
)
def test_a_joined_check_is_named_by_its_parts(check, name):
    assert check.name == name


def test_a_named_check_has_that_name_and_the_same_verdict():
    verdict = (YES & NO).named("it works")([])
    assert (verdict.criterion, verdict.status, verdict.reasoning) == ("it works", FAILED, "no")


def test_a_named_check_needs_no_brackets():
    assert (~(YES & NO).named("it works")).name == "not it works"


def test_a_named_check_settles_as_its_check_does():
    assert settled(SURE_NO.named("sure"))
    assert not settled(NO.named("open"))


def test_joined_checks_of_equal_parts_are_equal():
    assert (said("a") & ~said("b")) == (said("a") & ~said("b"))
    assert (said("a") & said("b")) != (said("a") | said("b"))


def test_an_assertion_of_a_check_reads_as_it_should():
    with pytest.raises(AssertionError):
        assert said("evening")(TALK)
