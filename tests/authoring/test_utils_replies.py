"""scenario._utils.replies: what agents return, checked and made into messages."""

from __future__ import annotations

import json
from types import MappingProxyType

import pytest
from pydantic import BaseModel

from authoring.conversations import agent_calls, agent_says, call, tool_says, user_says
from scenario import ScenarioResult
from scenario._utils import (
    SerializableWithStringFallback,
    await_if_awaitable,
    check_valid_return_type,
    convert_agent_return_types_to_openai_messages,
    reverse_roles,
    utils,
)
from scenario.errors import InvalidReplyError


class Reply(BaseModel):
    role: str
    content: str | None = None
    refusal: str | None = None


class Note(BaseModel):
    text: str
    by: str | None = None


def converted(reply, role="assistant"):
    return convert_agent_return_types_to_openai_messages(reply, role)


VALID = [
    "hi",
    "",
    agent_says("hi"),
    agent_says(None),
    [],
    [agent_says("hi"), tool_says("42")],
    (Reply(role="assistant", content="hi")),
    [Reply(role="assistant"), agent_says("hi")],
    {"role": "banana"},
    MappingProxyType(agent_says("hi")),
    ScenarioResult(success=True, messages=[]),
]


@pytest.mark.parametrize("reply", VALID, ids=repr)
def test_text_messages_and_results_are_replies(reply):
    assert check_valid_return_type(reply, "Desk") is None


INVALID = [
    None,
    42,
    b"hi",
    True,
    {},
    {"content": "hi"},
    {"role": 5},
    ["hi"],
    [agent_says("hi"), "there"],
    (agent_says("hi"),),
    Note(text="hi"),
    agent_says(object()),
    agent_says({1, 2}),
    object(),
]


@pytest.mark.parametrize("reply", INVALID, ids=lambda reply: type(reply).__name__)
def test_anything_else_is_no_reply(reply):
    with pytest.raises(
        InvalidReplyError, match=rf"^Desk returned .* \({type(reply).__name__}\), which is not"
    ):
        check_valid_return_type(reply, "Desk")


def test_a_message_that_contains_itself_is_no_reply():
    message = agent_says([])
    message["content"].append(message)
    with pytest.raises(InvalidReplyError):
        check_valid_return_type(message, "Desk")


def test_what_json_could_not_hold_is_the_cause():
    with pytest.raises(InvalidReplyError) as raised:
        check_valid_return_type(agent_says(object()), "Desk")
    assert "object is not data that JSON can hold" in str(raised.value.__cause__)


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_text_becomes_a_message_of_the_role(role):
    assert converted("hi", role) == [{"role": role, "content": "hi"}]


def test_text_of_a_subclass_becomes_plain_text():
    class Markdown(str):
        __slots__ = ()

    assert type(converted(Markdown("hi"))[0]["content"]) is str


@pytest.mark.parametrize("role", ["system", "user", "banana"])
def test_a_message_keeps_its_own_role(role):
    assert converted({"role": role, "content": "hi"}) == [{"role": role, "content": "hi"}]


def test_messages_become_copies():
    reply = [agent_calls(call("find"))]
    made = converted(reply)
    made[0]["tool_calls"][0]["function"]["name"] = "changed"
    assert reply == [agent_calls(call("find"))]


def test_no_messages_stay_none():
    assert converted([]) == []


def test_a_result_has_no_messages():
    assert converted(ScenarioResult(success=True, messages=[agent_says("hi")])) == []


def test_a_model_becomes_a_message_without_what_is_unset_or_none():
    assert converted(Reply(role="assistant", content="hi", refusal=None)) == [agent_says("hi")]


def test_a_model_whose_role_is_a_default_keeps_it():
    class Assistant(Reply):
        role: str = "assistant"

    assert converted(Assistant(content="hi")) == [agent_says("hi")]


def test_a_message_from_openais_own_library_is_a_reply():
    chat = pytest.importorskip("openai.types.chat")
    message = chat.ChatCompletionMessage.model_validate(agent_calls(call("find")))
    assert converted(message) == [{"role": "assistant", "tool_calls": [call("find")]}]


def test_models_and_mappings_inside_a_message_become_plain_data():
    reply = agent_says([Note(text="a"), MappingProxyType({"b": 1})])
    assert converted(reply) == [agent_says([{"text": "a"}, {"b": 1}])]


def test_iterators_inside_a_message_become_lists():
    assert converted(agent_says(iter([1, 2]))) == [agent_says([1, 2])]


def test_tuples_inside_a_message_become_lists():
    assert converted(agent_says((1, 2))) == [agent_says([1, 2])]


def test_letters_of_any_script_stay_what_they_are():
    assert converted(agent_says("您好 🎉")) == [agent_says("您好 🎉")]


def test_something_that_is_no_reply_cannot_be_converted():
    with pytest.raises(InvalidReplyError, match="The agent returned 42"):
        converted(42)


def test_the_encoder_writes_models_as_their_data():
    data = {"note": Note(text="a"), "reply": Reply(role="user", content="b")}
    written = json.loads(json.dumps(data, cls=SerializableWithStringFallback))
    assert written == {"note": {"text": "a"}, "reply": {"role": "user", "content": "b"}}


def test_the_encoder_writes_iterators_as_lists():
    assert json.dumps(iter("ab"), cls=SerializableWithStringFallback) == '["a", "b"]'


def test_the_encoder_writes_anything_else_as_its_text():
    assert json.dumps(1j, cls=SerializableWithStringFallback) == '"1j"'


def test_reversed_user_and_assistant_change_places():
    assert reverse_roles([user_says("a"), agent_says("b")]) == [agent_says("a"), user_says("b")]


def test_reversed_messages_keep_their_other_keys():
    assert reverse_roles([user_says("a", name="Bo")]) == [agent_says("a", name="Bo")]


@pytest.mark.parametrize(
    "message", [tool_says("42"), {"role": "system", "content": "be kind"}, {"role": "system"}]
)
def test_reversed_other_roles_stay(message):
    assert reverse_roles([message]) == [message]


def test_reversed_tool_calls_stay_with_the_assistant():
    assert reverse_roles([agent_calls(call("find"))]) == [agent_calls(call("find"))]


@pytest.mark.parametrize("message", [user_says(""), agent_says(None), {"role": "user"}, user_says([])])
def test_reversed_silence_is_left_out(message):
    assert reverse_roles([message]) == []


def test_b42_reversed_tool_calls_of_none_are_none():
    assert reverse_roles([agent_says("hi", tool_calls=None)]) == [user_says("hi", tool_calls=None)]


def test_reversing_leaves_the_messages_alone():
    messages = [user_says("a"), tool_says("b")]
    for turned in reverse_roles(messages):
        turned["role"] = "changed"
    assert messages == [user_says("a"), tool_says("b")]


async def test_a_value_is_awaited_only_if_it_can_be():
    async def later():
        return 42

    assert await await_if_awaitable(later()) == 42
    assert await await_if_awaitable(42) == 42


def test_the_helpers_are_at_their_other_path_too():
    assert utils.reverse_roles is reverse_roles
    assert [name for name in utils.__all__ if not hasattr(utils, name)] == []
