"""scenario.checks: replied_within, turns_at_most, ended, state."""

from __future__ import annotations

import pytest

from authoring.conversations import agent_says, user_says
from scenario.checks import Finding, Subject, ended, equals, replied_within, state, turns_at_most
from scenario.errors import ScriptError
from scenario.scenario_state import ReplyTime, ScenarioState
from scenario.types import CriterionStatus, EndingKind, Evidence, ScenarioResult, UserEnding

TALK = [user_says("Hello"), agent_says("Hi"), user_says("Bye"), agent_says("Bye")]


def measured(*seconds):
    given = ScenarioState()
    given.reply_times = [ReplyTime("desk", turn, time) for turn, time in enumerate(seconds)]
    return given


def in_turns(*sizes):
    """A state of turns with so many messages each."""
    given = ScenarioState()
    for number, size in enumerate(sizes):
        given.begin_turn(number)
        for _ in range(size):
            given.add_message(agent_says("hm"))
    return given


def left(kind):
    return ScenarioResult(success=True, messages=[], ending=UserEnding(kind, "all is well"))


def test_replies_in_time_pass():
    verdict = replied_within(2)(measured(0.5, 2.0))
    assert (verdict.passed, verdict.reasoning) == (True, "every reply came in time")


def test_one_slow_reply_fails_and_is_named():
    verdict = replied_within(1)(measured(0.5, 1.2345))
    assert verdict.status is CriterionStatus.FAILED
    assert verdict.evidence == (Evidence(None, "desk took 1.23 s in turn 1"),)


def test_replies_that_nobody_measured_are_inconclusive():
    verdict = replied_within(1)(TALK)
    assert verdict.status is CriterionStatus.INCONCLUSIVE
    assert "measured" in verdict.reasoning


def test_a_slow_reply_is_settled_and_a_fast_one_is_not():
    assert replied_within(1).look(Subject.of(measured(2))).settled
    assert not replied_within(1).look(Subject.of(measured(0.5))).settled
    assert not replied_within(1).look(Subject.of(TALK)).settled


@pytest.mark.parametrize(("check", "name"), [(replied_within(2), "2"), (replied_within(0.25), "0.25")])
def test_replied_within_is_named_with_its_seconds(check, name):
    assert check.name == f"replied_within({name})"


def test_turns_of_a_state_are_counted_when_something_was_said_in_them():
    assert turns_at_most(2)(in_turns(2, 0, 1, 0))
    assert not turns_at_most(1)(in_turns(2, 0, 1, 0))


def test_turns_of_a_result_are_those_that_it_names():
    assert turns_at_most(2)(ScenarioResult(success=True, messages=[], turns=2))
    assert not turns_at_most(2)(ScenarioResult(success=True, messages=[], turns=3))


MORE_TALK = [*TALK, agent_says("Wait")]


@pytest.mark.parametrize("source", [MORE_TALK, ScenarioResult(success=True, messages=MORE_TALK)])
def test_turns_of_messages_are_those_of_the_user(source):
    assert turns_at_most(2)(source)
    assert turns_at_most(1)(source).reasoning == "it has 2"


def test_too_many_turns_are_settled_and_few_are_not():
    assert turns_at_most(1).look(Subject.of(TALK)).settled
    assert not turns_at_most(2).look(Subject.of(TALK)).settled


def test_turns_at_most_is_named_as_it_is_written():
    assert turns_at_most(4).name == "turns_at_most(4)"


def test_a_user_who_left_that_way_passes():
    verdict = ended("done")(left(EndingKind.DONE))
    assert (verdict.passed, verdict.reasoning) == (True, "The user was done: all is well")


def test_a_user_who_left_another_way_fails():
    verdict = ended(EndingKind.DONE)(left(EndingKind.GAVE_UP))
    assert (verdict.passed, verdict.reasoning) == (False, "The user gave up: all is well")


def test_a_user_who_has_not_left_fails():
    assert ended("done")(TALK).reasoning == "the user has not left"


def test_ended_reads_the_ending_of_a_state():
    given = ScenarioState()
    given.ending = UserEnding(EndingKind.HANDED_OVER, "to a person")
    assert ended("handed over")(given)


@pytest.mark.parametrize("kind", ["done", "gave up"])
def test_an_ending_is_settled_either_way(kind):
    assert ended(kind).look(Subject.of(left(EndingKind.DONE))).settled


def test_no_ending_is_open():
    assert not ended("done").look(Subject.of(TALK)).settled


def test_ended_is_named_by_the_words_for_the_way():
    assert ended(EndingKind.OUT_OF_SCOPE).name == "ended('out of scope')"


def test_a_way_to_leave_that_there_is_not_is_refused_with_those_there_are():
    with pytest.raises(ScriptError, match="'done', 'gave up', 'handed over', 'out of scope'"):
        ended("angry")


def test_a_predicate_of_the_state_passes_with_something_true():
    verdict = state(lambda given: given.last_agent_message())(TALK)
    assert (verdict.passed, verdict.reasoning) == (True, "it holds")


@pytest.mark.parametrize("value", [False, 0, "", None, []])
def test_a_predicate_fails_with_something_false(value):
    verdict = state(lambda _: value)(TALK)
    assert (verdict.passed, verdict.reasoning) == (False, verdict.reasoning)
    assert verdict.reasoning.startswith("it does not hold")


def test_a_finding_of_a_predicate_is_its_verdict():
    found = Finding(CriterionStatus.INCONCLUSIVE, "nobody knows", (Evidence(1, "Hi"),), settled=True)
    assert state(lambda _: found).look(Subject.of(TALK)) is found


def test_an_assertion_that_fails_in_a_predicate_is_its_verdict():
    def is_paid(_):
        raise AssertionError("the order is not paid")

    verdict = state(is_paid)(TALK)
    assert (verdict.status, verdict.reasoning) == (CriterionStatus.FAILED, "the order is not paid")


def test_an_assertion_without_words_gets_some():
    def is_paid(_):
        raise AssertionError

    assert state(is_paid)(TALK).reasoning == "an assertion in it failed"


def test_any_other_exception_of_a_predicate_is_raised():
    with pytest.raises(ZeroDivisionError):
        state(lambda _: 1 / 0)(TALK)


def test_a_predicate_gets_the_state_itself():
    given = ScenarioState(thread_id="mine")
    seen = []
    state(seen.append)(given)
    assert seen == [given]


def test_a_predicate_is_always_open():
    assert not state(lambda _: True).look(Subject.of(TALK)).settled
    assert not state(lambda _: False).look(Subject.of(TALK)).settled


def test_an_async_predicate_is_refused_when_it_is_asked():
    async def is_paid(_):
        return True

    with pytest.raises(ScriptError, match=r"is_paid.*a check calls plain functions"):
        state(is_paid)(TALK)


def test_a_predicate_that_returns_a_future_is_refused_too():
    class Later:
        def __await__(self):
            yield

    with pytest.raises(ScriptError, match="a check calls plain functions"):
        state(lambda _: Later())(TALK)


def test_a_predicate_that_cannot_be_called_is_refused_at_once():
    with pytest.raises(ScriptError, match="takes a function of the state, not True"):
        state(True)


def is_paid(_):
    return True


class Paid:
    def __call__(self, _):
        return True

    def __repr__(self):
        return "paid"


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (state(is_paid), "state(is_paid)"),
        (state(Paid()), "state(paid)"),
        (state(is_paid, "it is paid"), "it is paid"),
    ],
)
def test_a_predicate_is_named_by_people_or_after_its_function(check, name):
    assert check.name == name


def stock():
    return 3


def test_what_is_found_and_was_expected_passes():
    verdict = equals(stock, 3)(TALK)
    assert (verdict.passed, verdict.reasoning) == (True, "it is 3")


def test_what_is_found_and_was_not_expected_fails():
    verdict = equals(stock, 4)(TALK)
    assert (verdict.status, verdict.reasoning) == (CriterionStatus.FAILED, "it is 3 where 4 was expected")


def test_what_is_looked_up_is_looked_up_at_each_check():
    left = [3]
    check = equals(lambda: left[0], 3)
    left[0] = 2
    assert not check(TALK)


def test_what_is_looked_up_may_change_again():
    assert not equals(stock, 3).look(Subject.of(TALK)).settled
    assert not equals(stock, 4).look(Subject.of(TALK)).settled


@pytest.mark.parametrize(
    ("check", "name"),
    [(equals(stock, "3"), "equals(stock, '3')"), (equals(stock, 3, "three are left"), "three are left")],
)
def test_equals_is_named_by_people_or_after_its_function(check, name):
    assert check.name == name


def test_a_value_where_a_function_is_meant_is_refused_at_once():
    with pytest.raises(ScriptError, match=r"equals\(\) takes a function that looks something up, not 3"):
        equals(3, 3)
