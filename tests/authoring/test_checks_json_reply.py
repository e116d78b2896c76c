"""scenario.checks: json_reply."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from authoring.conversations import agent_calls, agent_says, call, text_part, user_says
from scenario.checks import Subject, json_reply
from scenario.errors import ScriptError
from scenario.types import Evidence

SCHEMA = {
    "title": "Order",
    "type": "object",
    "properties": {"id": {"type": "integer"}, "lines": {"type": "array", "items": {"type": "string"}}},
    "required": ["id"],
}


class Order(BaseModel):
    id: int
    lines: list[str] = []


FORMS = pytest.mark.parametrize("form", [SCHEMA, Order], ids=["schema", "model"])


@FORMS
def test_a_reply_of_the_right_form_passes(form):
    verdict = json_reply(form)([agent_says('{"id": 7, "lines": ["tea"]}')])
    assert (verdict.passed, verdict.reasoning) == (True, "the last reply has that form")


@FORMS
def test_a_reply_of_another_form_fails_and_quotes_the_reply(form):
    verdict = json_reply(form)([agent_says('{"id": "seven"}')])
    assert not verdict
    assert verdict.evidence == (Evidence(0, '{"id": "seven"}'),)


def test_a_schema_says_where_the_reply_is_wrong():
    verdict = json_reply(SCHEMA)([agent_says('{"id": 7, "lines": [1]}')])
    assert verdict.reasoning == "the last reply has another form: $.lines[0]: 1 is not of type 'string'"


def test_a_model_says_where_the_reply_is_wrong():
    verdict = json_reply(Order)([agent_says('{"id": 7, "lines": [1]}')])
    assert verdict.reasoning == "the last reply has another form: lines.0: Input should be a valid string"


def test_a_model_says_so_when_the_whole_value_is_wrong():
    verdict = json_reply(Order)([agent_says("[]")])
    assert verdict.reasoning.startswith("the last reply has another form: the value: Input should be")


@FORMS
def test_a_reply_that_is_not_json_fails(form):
    verdict = json_reply(form)([agent_says("Certainly!")])
    assert verdict.reasoning.startswith("the last reply is not JSON: Expecting value")
    assert verdict.evidence == (Evidence(0, "Certainly!"),)


@FORMS
def test_an_agent_that_said_nothing_fails(form):
    talk = [user_says('{"id": 7}'), agent_calls(call("find_order"))]
    assert json_reply(form)(talk).reasoning == "the agent has not said anything"


def test_only_the_last_reply_counts():
    assert json_reply(Order)([agent_says("One moment."), agent_says('{"id": 7}')])
    assert not json_reply(Order)([agent_says('{"id": 7}'), agent_says("Anything else?")])


def test_a_later_tool_call_without_words_is_not_the_last_reply():
    assert json_reply(Order)([agent_says('{"id": 7}'), agent_calls(call("close"))])


def test_a_reply_in_content_parts_is_read():
    assert json_reply(Order)([agent_says([text_part('{"id": 7}')])])


@FORMS
def test_json_reply_is_always_open_because_another_reply_may_come(form):
    for text in ('{"id": 7}', "{}", "no"):
        assert not json_reply(form).look(Subject.of([agent_says(text)])).settled


@pytest.mark.parametrize(
    ("form", "name"),
    [(Order, "json_reply(Order)"), (SCHEMA, "json_reply(Order)"), ({}, "json_reply(a schema)")],
)
def test_json_reply_is_named_after_its_form(form, name):
    assert json_reply(form).name == name


def test_a_schema_that_is_not_one_is_refused_at_once():
    with pytest.raises(ScriptError, match="the schema is not valid: 'words' is not valid"):
        json_reply({"type": "words"})


@pytest.mark.parametrize("form", ["object", int, None])
def test_a_form_that_is_neither_schema_nor_model_is_refused_at_once(form):
    with pytest.raises(ScriptError, match="takes a JSON schema or a pydantic model, not"):
        json_reply(form)
