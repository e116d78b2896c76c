"""scenario.types: AgentInput and JudgmentRequest."""

from __future__ import annotations

import pytest

import scenario
from authoring.conversations import agent_says, text_part, tool_says, user_says
from scenario import AgentInput, JudgmentRequest, ScenarioState, agent_from
from scenario.checks import said
from support import play


def given(*new, messages=()):
    return AgentInput(thread_id="thread", messages=list(messages), new_messages=list(new))


def test_only_the_thread_and_the_messages_are_needed():
    assert (given().judgment_request, given().scenario_state) == (None, None)


def test_the_lists_are_those_that_were_given():
    messages, new = [user_says("hi")], [user_says("hi")]
    made = AgentInput(thread_id="t", messages=messages, new_messages=new)
    assert made.messages is messages
    assert made.new_messages is new


def test_the_state_is_the_one_that_was_given():
    state = ScenarioState()
    assert (
        AgentInput(thread_id="t", messages=[], new_messages=[], scenario_state=state).scenario_state is state
    )


def test_messages_are_taken_as_they_are():
    odd = {"role": "banana", "content": object()}
    assert given(odd).new_messages == [odd]


def test_the_last_new_user_message_is_the_newest_of_the_user():
    assert given(user_says("a"), user_says("b"), agent_says("c")).last_new_user_message() == user_says("b")


def test_without_a_new_user_message_the_whole_conversation_is_pointed_to():
    with pytest.raises(ValueError, match=r"Read the whole conversation from `input\.messages`"):
        given(agent_says("c"), messages=[user_says("a")]).last_new_user_message()


def test_the_last_new_user_message_as_text():
    assert given(user_says("a"), tool_says("b")).last_new_user_message_str() == "a"


@pytest.mark.parametrize("content", ["", " ", "日本語 🎉"])
def test_any_text_is_text(content):
    assert given(user_says(content)).last_new_user_message_str() == content


def test_b42_a_subclass_of_str_is_text():
    class Markdown(str):
        __slots__ = ()

    assert given(user_says(Markdown("a"))).last_new_user_message_str() == "a"


@pytest.mark.parametrize(("content", "kind"), [([text_part("a")], "list"), (None, "NoneType")])
def test_content_that_is_not_text_is_refused(content, kind):
    with pytest.raises(ValueError, match=rf"has {kind} content, not text\. Use `last_new_user_message\(\)`"):
        given(user_says(content)).last_new_user_message_str()


def test_without_a_new_user_message_there_is_no_text_either():
    with pytest.raises(ValueError, match="There is no new user message"):
        given().last_new_user_message_str()


def test_provider_messages_have_no_keys_of_ours():
    messages = [user_says("a", id="scenariomsg_1", trace_id="0" * 32), tool_says("b", "call_9")]
    assert given(messages=messages).provider_messages() == [user_says("a"), tool_says("b", "call_9")]


def test_provider_messages_leave_the_messages_alone():
    messages = [user_says("a", id="1", trace_id="2")]
    given(messages=messages).provider_messages()[0]["content"] = "changed"
    assert messages == [user_says("a", id="1", trace_id="2")]


def test_a_judgment_request_asks_by_the_judges_own_criteria_unless_told():
    assert JudgmentRequest().criteria is None


def test_a_judgment_request_takes_texts_and_checks():
    check = said("ok")
    assert JudgmentRequest(criteria=["polite", check]).criteria == ["polite", check]


def test_outside_a_run_there_is_no_call_to_name_in_headers():
    assert given().propagation_headers == {}


async def test_in_a_run_the_headers_name_the_trace_of_the_turn():
    seen = []

    def answer(asked):
        seen.extend([asked.propagation_headers, asked.propagation_headers])
        return "hi"

    result, _ = await play([agent_from(answer)], [scenario.agent(), scenario.succeed()])
    version, trace_id, span_id, _ = seen[0]["traceparent"].split("-")
    assert (version, trace_id, len(span_id)) == ("00", result.messages[0]["trace_id"], 16)
    assert seen[0] == seen[1]
    assert seen[0] is not seen[1]
