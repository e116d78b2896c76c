"""A scripted model answers from its list, and says so when the list is at its end."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from scenario._models.port import LanguageModel, ModelReply, ModelRequest, ToolCall
from scenario.testing import ScriptedModel


def ask(model, text="hi"):
    return asyncio.run(model.complete(ModelRequest([{"role": "user", "content": text}])))


def test_it_is_a_language_model():
    assert isinstance(ScriptedModel("a"), LanguageModel)


def test_texts_are_the_contents_of_replies_in_order():
    model = ScriptedModel("one", "two")

    assert [ask(model).content, ask(model).content] == ["one", "two"]
    assert ScriptedModel("one")._replies == ("one",)


def test_it_keeps_what_it_was_asked():
    model = ScriptedModel("one", "two")
    ask(model, "first")
    ask(model, "second")

    assert [request.messages[-1]["content"] for request in model.requests] == ["first", "second"]


def test_a_mapping_is_json_content():
    assert json.loads(ask(ScriptedModel({"verdict": "passed"})).content) == {"verdict": "passed"}


def test_a_mapping_with_a_role_is_a_chat_message():
    message = ScriptedModel.call("find", {"id": 7}).message

    assert ask(ScriptedModel(message)).message == message


def test_a_reply_is_given_as_it_is():
    reply = ModelReply("cut", finish_reason="length")

    assert ask(ScriptedModel(reply)) is reply


def test_an_exception_is_raised():
    with pytest.raises(ConnectionError, match="gone"):
        ask(ScriptedModel(ConnectionError("gone")))


def test_a_function_is_asked_with_the_request():
    model = ScriptedModel(default=lambda request: f"re: {request.messages[-1]['content']}")

    assert ask(model, "x").content == "re: x"


def test_a_function_may_be_asynchronous():
    async def answer(request):
        await asyncio.sleep(0)
        return "later"

    assert ask(ScriptedModel(answer)).content == "later"


def test_a_function_may_return_an_exception():
    with pytest.raises(ValueError, match="no"):
        ask(ScriptedModel(lambda request: ValueError("no")))


def test_used_up_replies_are_an_error_that_shows_the_request():
    model = ScriptedModel("one")
    ask(model)

    with pytest.raises(AssertionError, match=r"has 1 replies.*'user: once more'.*`default`"):
        ask(model, "once more")


def test_the_default_answers_when_the_replies_are_used_up():
    model = ScriptedModel("one", default="again")

    assert [ask(model).content for _ in range(3)] == ["one", "again", "again"]


def test_what_is_no_reply_is_named():
    with pytest.raises(TypeError, match="7 is no reply of a model"):
        ask(ScriptedModel(7))


def test_a_call_names_its_tool_and_arguments():
    reply = ScriptedModel.call("find", {"id": 7}, content="One moment.")

    assert reply.tool_calls == (ToolCall("call_find", "find", '{"id": 7}'),)
    assert (reply.content, reply.finish_reason) == ("One moment.", "tool_calls")


def test_arguments_given_as_text_stand_as_they_are():
    assert ScriptedModel.call("find", "{oops").tool_calls[0].arguments == "{oops"


def test_ids_of_calls_are_unique():
    model = ScriptedModel(default=ScriptedModel.call("find"))

    assert [ask(model).tool_calls[0].id for _ in range(3)] == ["call_find", "call_find_2", "call_find_3"]


def test_threads_get_each_reply_once():
    model = ScriptedModel(*(str(number) for number in range(200)))
    with ThreadPoolExecutor(8) as threads:
        said = [reply.content for reply in threads.map(lambda _: ask(model), range(200))]

    assert sorted(said, key=int) == [str(number) for number in range(200)]
