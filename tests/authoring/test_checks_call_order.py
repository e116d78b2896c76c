"""scenario.checks: called_in_order and call_count."""

from __future__ import annotations

import pytest

from authoring.conversations import agent_calls, agent_says, call
from scenario.checks import Subject, call_count, called_in_order
from scenario.errors import ScriptError

TALK = [
    agent_calls(call("find")),
    agent_says("Found it."),
    agent_calls(call("check"), call("pay")),
    agent_calls(call("find")),
]


def test_tools_called_in_order_pass():
    verdict = called_in_order("find", "check", "pay")(TALK)
    assert (verdict.passed, verdict.reasoning) == (True, "the agent called them in this order")


def test_other_calls_may_stand_between():
    assert called_in_order("find", "pay")(TALK)


def test_the_evidence_of_an_order_is_the_calls_that_make_it():
    assert [found.message for found in called_in_order("find", "pay", "find")(TALK).evidence] == [0, 2, 3]


def test_the_order_of_calls_in_one_message_counts():
    assert called_in_order("check", "pay")(TALK)
    assert not called_in_order("pay", "check")(TALK)


def test_a_broken_order_names_the_missing_call_and_the_one_before_it():
    verdict = called_in_order("pay", "check")(TALK)
    assert verdict.reasoning == "the agent did not call 'check' after 'pay'"
    assert len(verdict.evidence) == 4


def test_an_order_that_never_began_names_its_first_tool():
    assert called_in_order("refund", "pay")(TALK).reasoning == "the agent did not call 'refund'"


def test_the_same_tool_may_stand_in_an_order_twice():
    assert called_in_order("find", "find")(TALK)
    assert not called_in_order("find", "find", "find")(TALK)


def test_an_order_is_settled_once_it_is_there_and_open_before():
    assert called_in_order("find", "pay").look(Subject.of(TALK)).settled
    assert not called_in_order("pay", "check").look(Subject.of(TALK)).settled


def test_an_order_is_named_as_it_is_written():
    assert called_in_order("find", "pay").name == "called_in_order('find', 'pay')"


def test_an_order_of_nothing_is_refused():
    with pytest.raises(ScriptError, match="needs the names of tools"):
        called_in_order()


@pytest.mark.parametrize(
    ("check", "passes"),
    [
        (call_count("find", 2), True),
        (call_count("find", 1), False),
        (call_count("find", 3), False),
        (call_count("refund", 0), True),
        (call_count("find", at_least=2), True),
        (call_count("find", at_least=3), False),
        (call_count("find", at_most=2), True),
        (call_count("find", at_most=1), False),
        (call_count("find", at_least=1, at_most=3), True),
        (call_count("pay", at_least=2, at_most=3), False),
    ],
    ids=str,
)
def test_calls_are_counted(check, passes):
    assert check(TALK).passed is passes


def test_only_calls_of_the_tool_are_counted_and_shown():
    assert [found.message for found in call_count("find", 2)(TALK).evidence] == [0, 3]


@pytest.mark.parametrize(("tool", "times"), [("refund", "0 times"), ("pay", "once"), ("find", "2 times")])
def test_the_reason_says_how_often(tool, times):
    assert call_count(tool, 5)(TALK).reasoning == f"the agent called it {times}"


@pytest.mark.parametrize(
    ("check", "settled"),
    [
        (call_count("find", at_most=1), True),
        (call_count("find", 1), True),
        (call_count("find", at_least=2), True),
        (call_count("find", 2), False),
        (call_count("find", at_most=2), False),
        (call_count("find", 3), False),
        (call_count("find", at_least=3), False),
    ],
    ids=str,
)
def test_a_count_is_settled_when_more_calls_cannot_change_it(check, settled):
    assert check.look(Subject.of(TALK)).settled is settled


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (call_count("f", 2), "call_count('f', 2)"),
        (call_count("f", at_least=2), "call_count('f', at_least=2)"),
        (call_count("f", at_most=2), "call_count('f', at_most=2)"),
        (call_count("f", at_most=0), "call_count('f', 0)"),
        (call_count("f", at_least=1, at_most=2), "call_count('f', at_least=1, at_most=2)"),
    ],
)
def test_a_count_is_named_as_it_is_written(check, name):
    assert check.name == name


def test_a_count_without_a_number_is_refused():
    with pytest.raises(ScriptError, match=r"call_count\('f'\): give `exactly`, or `at_least` and `at_most`"):
        call_count("f")


@pytest.mark.parametrize("also", [{"at_least": 1}, {"at_most": 1}, {"at_least": 1, "at_most": 2}])
def test_an_exact_count_beside_a_limit_is_refused(also):
    with pytest.raises(ScriptError, match="give `exactly`, or"):
        call_count("f", 1, **also)
