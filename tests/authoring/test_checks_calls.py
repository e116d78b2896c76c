"""scenario.checks: tool_called, never_called."""

from __future__ import annotations

import re

import pytest

from authoring.conversations import agent_calls, agent_says, call, user_says
from scenario.checks import Subject, never_called, tool_called
from scenario.types import CriterionStatus, Evidence

ORDER = [
    user_says("Where is order 7?"),
    agent_calls(call("find_order", {"id": 7, "express": True, "note": "ring twice"})),
    agent_says("On its way."),
    agent_calls(call("find_order", {"id": 8}), call("send_mail", {"to": "you"})),
]


def test_tool_called_passes_when_the_tool_was_called():
    verdict = tool_called("send_mail")(ORDER)
    assert (verdict.passed, verdict.reasoning) == (True, "the agent called it")


def test_tool_called_quotes_the_first_such_call_and_its_message():
    assert tool_called("find_order", {"id": 8})(ORDER).evidence == (Evidence(3, 'find_order({"id": 8})'),)


def test_tool_called_fails_and_shows_the_other_calls():
    verdict = tool_called("refund")(ORDER)
    assert verdict.reasoning == "the agent did not call it; it called other tools"
    assert [found.message for found in verdict.evidence] == [1, 3, 3]


def test_tool_called_says_so_when_no_tool_was_called():
    verdict = tool_called("refund")([agent_says("No.")])
    assert verdict.reasoning == "the agent did not call it; it called no tool at all"
    assert verdict.evidence == ()


def test_tool_called_with_other_arguments_shows_the_near_misses_only():
    verdict = tool_called("find_order", {"id": 9})(ORDER)
    assert verdict.status is CriterionStatus.FAILED
    assert verdict.reasoning == "the agent called it with other arguments"
    assert [found.message for found in verdict.evidence] == [1, 3]


def test_arguments_may_have_more_than_the_check_names():
    assert tool_called("find_order", {"id": 7})(ORDER)


def test_all_named_arguments_must_be_those_of_one_call():
    assert not tool_called("find_order", {"id": 8, "express": True})(ORDER)


def test_an_argument_that_the_call_lacks_does_not_match():
    assert not tool_called("find_order", {"colour": None})(ORDER)


def test_an_argument_may_be_a_pattern():
    assert tool_called("find_order", {"note": re.compile("twice$")})(ORDER)
    assert not tool_called("find_order", {"note": re.compile("^twice")})(ORDER)


def test_a_pattern_is_searched_in_the_text_of_a_number():
    assert tool_called("find_order", {"id": re.compile("^7$")})(ORDER)


def test_an_argument_may_be_a_function_of_its_value():
    assert tool_called("find_order", {"id": lambda number: number > 7})(ORDER)
    assert not tool_called("find_order", {"id": lambda number: number > 8})(ORDER)


def test_arguments_may_be_a_function_of_all_of_them():
    assert tool_called("find_order", lambda given: given.get("express") is True)(ORDER)
    assert not tool_called("find_order", lambda given: len(given) > 3)(ORDER)


def test_an_argument_that_is_nested_is_compared_whole():
    talk = [agent_calls(call("send_mail", {"to": {"name": "you", "tags": ["a"]}}))]
    assert tool_called("send_mail", {"to": {"name": "you", "tags": ["a"]}})(talk)
    assert not tool_called("send_mail", {"to": {"name": "you"}})(talk)


def test_arguments_that_are_already_a_mapping_are_read_as_they_are():
    talk = [agent_calls({"id": "1", "type": "function", "function": {"name": "f", "arguments": {"a": "é"}}})]
    assert tool_called("f", {"a": "é"})(talk)


@pytest.mark.parametrize("broken", ['{"id": 7', "", "[7]", "7", "null"])
def test_arguments_that_are_no_json_object_match_no_argument(broken):
    talk = [agent_calls(call("find_order", broken))]
    assert not tool_called("find_order", {"id": 7})(talk)


@pytest.mark.parametrize("broken", ['{"id": 7', "", "[7]"])
def test_a_call_with_broken_arguments_is_still_a_call(broken):
    assert tool_called("find_order")([agent_calls(call("find_order", broken))])


def test_a_call_without_arguments_matches_a_check_without_arguments():
    talk = [agent_calls({"id": "1", "type": "function", "function": {"name": "f"}})]
    assert tool_called("f")(talk).evidence == (Evidence(0, "f()"),)


def test_an_empty_mapping_of_arguments_matches_any_call():
    assert tool_called("send_mail", {})(ORDER)


def test_the_name_of_a_tool_must_match_whole():
    assert not tool_called("find")(ORDER)


def test_b42_tool_calls_none_is_no_call():
    talk = [agent_says("Hello.", tool_calls=None)]
    assert not tool_called("find_order")(talk)
    assert never_called("find_order")(talk)


def test_a_call_without_a_function_is_no_call_of_the_tool():
    talk = [agent_calls({"id": "1", "type": "function", "function": None})]
    assert not tool_called("find_order")(talk)


def test_tool_called_is_settled_once_it_passes():
    assert tool_called("send_mail").look(Subject.of(ORDER)).settled


@pytest.mark.parametrize("check", [tool_called("refund"), tool_called("find_order", {"id": 9})])
def test_tool_called_is_open_while_it_fails(check):
    assert not check.look(Subject.of(ORDER)).settled


def test_never_called_passes_when_the_tool_was_not_called():
    verdict = never_called("refund")(ORDER)
    assert (verdict.passed, verdict.reasoning) == (True, "the agent did not call it")


def test_never_called_fails_with_every_call():
    verdict = never_called("find_order")(ORDER)
    assert verdict.status is CriterionStatus.FAILED
    assert [found.message for found in verdict.evidence] == [1, 3]


def test_never_called_with_arguments_minds_only_calls_with_them():
    assert never_called("find_order", {"id": 9})(ORDER)
    assert [found.message for found in never_called("find_order", {"id": 8})(ORDER).evidence] == [3]


def test_never_called_is_settled_once_it_fails():
    assert never_called("find_order").look(Subject.of(ORDER)).settled


def test_never_called_is_open_while_it_passes():
    assert not never_called("refund").look(Subject.of(ORDER)).settled


def is_large(number):
    return number > 100


@pytest.mark.parametrize(
    ("check", "name"),
    [
        (tool_called("f"), "tool_called('f')"),
        (tool_called("f", {"a": 1, "b": "x"}), "tool_called('f', args={'a': 1, 'b': 'x'})"),
        (tool_called("f", {"a": re.compile("x+")}), "tool_called('f', args={'a': /x+/})"),
        (tool_called("f", {"a": is_large}), "tool_called('f', args={'a': is_large})"),
        (tool_called("f", is_large), "tool_called('f', args=is_large)"),
        (never_called("f"), "never_called('f')"),
        (never_called("f", {"a": None}), "never_called('f', args={'a': None})"),
    ],
)
def test_a_check_of_calls_is_named_as_it_is_written(check, name):
    assert check.name == name
