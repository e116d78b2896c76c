"""scenario._judge.reply: a criterion passes only where the reply says so for that criterion."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.cases import CONTINUE, GREEN, POLITE, calls, case, finish, raw, says
from scenario._judge.case import keyed, slug
from scenario._judge.reply import Continues, Looks, Unusable, Verdicts, read_reply
from scenario._models.port import ModelReply
from scenario.testing import ScriptedModel


def read(reply, *criteria):
    return read_reply(reply, case(*criteria))


def found(reply, *criteria):
    """The statuses by key, and the problem."""
    verdicts = read(reply, *criteria)
    assert isinstance(verdicts, Verdicts)
    return {key: each.status.value for key, each in verdicts.readings.items()}, verdicts.problem


BOTH = {"c1": "passed", "c2": "failed"}


def test_b24_verdicts_are_matched_by_key_whatever_their_order():
    assert found(finish(c2="failed", c1="passed")) == (BOTH, "")


def test_b24_a_missing_key_is_a_problem():
    assert found(finish(c2="passed")) == ({"c2": "passed"}, "No clear verdict under c1.")


def test_b24_an_unknown_key_is_a_problem():
    assert found(finish(c1="passed", c2="failed", c3="passed")) == (BOTH, "There is no criterion 'c3'.")


@pytest.mark.parametrize("empty", [{}, [], None, "", 7, "all true", "null"])
def test_b24_no_criteria_decide_nothing(empty):
    assert found(raw(empty)) == ({}, "No clear verdict under c1, c2.")


@pytest.mark.parametrize("passed", [True, "true", "True", " PASSED ", "pass", '"true"', {"status": True}])
@pytest.mark.parametrize("failed", [False, "false", "FALSE", "failed", "fail", {"status": "false"}])
def test_b24_booleans_and_texts_in_any_case_are_understood(passed, failed):
    assert found(raw({"c1": passed, "c2": failed})) == (BOTH, "")


@pytest.mark.parametrize("wrap", [json.dumps, lambda value: json.dumps(json.dumps(value))])
def test_b24_criteria_in_a_text_are_understood(wrap):
    assert found(raw(wrap({"c1": "true", "c2": "false"}))) == (BOTH, "")


def test_arguments_in_a_text_in_a_text_are_understood():
    arguments = json.dumps({"criteria": {"c1": json.dumps(says("passed")), "c2": "false"}})
    assert found(ScriptedModel.call("finish_test", json.dumps(arguments))) == (BOTH, "")


def test_verdicts_in_a_list_are_understood_by_the_names_they_bear():
    items = [{"key": "c2", "status": "failed"}, {"criterion": POLITE, "status": "passed"}, "c1", 3]
    assert found(raw(items)) == (BOTH, "")


@pytest.mark.parametrize("unclear", ["maybe", "", None, 1, 1.0, [], ["passed"], {}, {"verdict": "passed"}])
def test_what_is_no_verdict_is_not_taken_for_one(unclear):
    assert found(raw({"c1": unclear, "c2": "false"})) == ({"c2": "failed"}, "No clear verdict under c1.")


def test_keys_of_older_versions_are_understood():
    old = {"the_agent_is_polite": "true", "the_agent_offers_green_tea": "false"}
    assert found(raw(old)) == (BOTH, "")


def test_the_text_of_a_criterion_is_understood_as_its_key():
    assert found(raw({POLITE.upper(): "true", f" {GREEN} ": "false"})) == (BOTH, "")


def test_b25_criteria_in_any_language_have_keys_of_their_own():
    assert keyed(["是的", "不是", "Да"]) == {"c1": "是的", "c2": "不是", "c3": "Да"}


def test_b25_criteria_with_the_same_beginning_have_keys_of_their_own():
    long = "The agent " + "very " * 30
    assert len(keyed([long + "slowly", long + "quickly"])) == 2


def test_b25_an_older_key_that_fits_several_criteria_is_not_taken_for_either():
    long = "The agent " + "very " * 30
    two = (long + "slowly", long + "quickly")
    assert slug(two[0]) == slug(two[1])
    statuses, problem = found(raw({slug(two[0]): "true"}), *two)
    assert statuses == {}
    assert "No clear verdict under c1, c2." in problem


def test_b25_an_older_key_of_nothing_but_underscores_is_not_taken():
    assert found(raw({"____": "true"}), "是的是的")[0] == {}


def test_a_criterion_that_is_there_twice_is_asked_about_once():
    assert keyed([POLITE, GREEN, POLITE]) == {"c1": POLITE, "c2": GREEN}


def test_two_verdicts_on_one_criterion_that_differ_are_none():
    statuses, problem = found(raw({"c1": "true", "the_agent_is_polite": "false", "c2": "false"}))
    assert (statuses, problem) == ({"c2": "failed"}, "No clear verdict under c1.")


def test_a_key_that_is_there_twice_makes_a_reply_unusable():
    reply = ScriptedModel.call("finish_test", '{"criteria": {"c1": "false", "c1": "true", "c2": "true"}}')
    assert isinstance(read(reply), Unusable)


def test_reasoning_and_evidence_are_read():
    verdicts = read(finish(c1=says("passed", "tea", "shop", reasoning="kind"), c2="failed"))
    reading = verdicts.readings["c1"]
    assert (reading.reasoning, verdicts.reasoning) == ("kind", "as a whole")
    assert [(claim.message, claim.quote) for claim in reading.claims] == [(1, "tea"), (1, "shop")]


@pytest.mark.parametrize(
    ("evidence", "claims"),
    [
        (None, []),
        ("tea", [(None, "tea")]),
        (["tea", " ", 5], [(None, "tea")]),
        ([{"message": "#1", "quote": "tea"}], [(1, "tea")]),
        ([{"message": "one", "quote": "tea"}], [(None, "tea")]),
        ([{"message": True, "quote": "tea"}], [(None, "tea")]),
        ([{"message": 1, "quote": None}, {"message": 1}], []),
        ('[{"message": 1, "quote": "tea"}]', [(1, "tea")]),
    ],
)
def test_evidence_is_read_in_the_forms_that_models_give_it(evidence, claims):
    verdicts = read(raw({"c1": {"status": "passed", "evidence": evidence}, "c2": False}))
    assert [(claim.message, claim.quote) for claim in verdicts.readings["c1"].claims] == claims


def test_continue_test_lets_the_conversation_go_on():
    assert read(CONTINUE) == Continues()


def test_a_verdict_counts_before_anything_else_in_the_reply():
    both = calls(("continue_test", {}), ("finish_test", {"criteria": {"c1": True, "c2": False}}))
    assert found(both) == (BOTH, "")


def test_two_verdicts_in_one_reply_are_none():
    one = ("finish_test", {"criteria": {"c1": True, "c2": True}})
    assert read(calls(one, one)) == Unusable("You called finish_test 2 times. Call it once.")


def test_calls_of_tools_to_look_are_told_from_others():
    assert isinstance(read(calls(("grep_trace", {"pattern": "x"}))), Looks)
    assert read(calls(("grep_trace", {}), ("ring_up", {}))) == Unusable("There is no tool 'ring_up'.")


@pytest.mark.parametrize("text", ["The test passed.", "success", "", None, "[]", '{"verdict": "success"}'])
def test_text_in_place_of_a_tool_call_is_unusable(text):
    assert isinstance(read(ModelReply(text)), Unusable)


def test_a_verdict_as_json_in_the_text_is_understood():
    """For models that cannot call tools."""
    assert found(ModelReply(json.dumps({"criteria": {"c1": True, "c2": False}}))) == (BOTH, "")


@pytest.mark.parametrize("arguments", ["", "{", "null", "[1]", '"passed"', "{'c1': true}"])
def test_arguments_that_are_no_object_are_unusable(arguments):
    assert isinstance(read(ScriptedModel.call("finish_test", arguments)), Unusable)


def test_very_deep_json_is_unusable_and_nothing_worse():
    assert isinstance(read(ScriptedModel.call("finish_test", "[" * 100_000)), Unusable)


NAMES = st.sampled_from(["c1", "c2", "c3", slug(POLITE), POLITE, "C1", "1", ""])
SAYS_YES = {"true", "passed", "pass"}
ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([*SAYS_YES, "false", "Pass"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES | st.sampled_from(["status", "key", "criteria"]), inner, max_size=4)
    ),
    max_leaves=12,
)


def says_yes(value):
    """Whether there is a yes anywhere in the value."""
    if isinstance(value, str):
        return value.strip().lower() in SAYS_YES
    if isinstance(value, dict):
        return any(map(says_yes, value.values()))
    return any(map(says_yes, value)) if isinstance(value, list) else value is True


def named(criteria, names):
    """What is said under one of these names, or in an item that bears one."""
    if isinstance(criteria, dict):
        return [value for key, value in criteria.items() if key.strip().lower() in names]
    return [item for item in criteria if isinstance(item, dict)] if isinstance(criteria, list) else []


@given(criteria=ANY_JSON, verdict=st.sampled_from(["success", "failure", ""]))
def test_no_json_passes_a_criterion_unless_it_says_so_under_its_key(criteria, verdict):
    read_so = read(raw(criteria, verdict=verdict))
    assert isinstance(read_so, Verdicts)
    for key, names in (
        ("c1", {"c1", slug(POLITE), POLITE.lower()}),
        ("c2", {"c2", slug(GREEN), GREEN.lower()}),
    ):
        reading = read_so.readings.get(key)
        if reading is not None and reading.status.value == "passed":
            assert any(says_yes(value) for value in named(criteria, names))


@given(arguments=st.text(max_size=60) | ANY_JSON.map(json.dumps), content=st.none() | st.text(max_size=20))
def test_no_reply_breaks_the_reader(arguments, content):
    call = ScriptedModel.call("finish_test", arguments, content=content)
    assert isinstance(read(call), Verdicts | Unusable)
    assert isinstance(read(ModelReply(arguments)), Verdicts | Unusable)
