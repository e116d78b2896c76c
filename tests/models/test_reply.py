"""Reading what endpoints answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario._models.prices import Price
from scenario._models.reply import Answer, UnreadableAnswerError, error_text, read_reply, read_usage
from scenario.models import ToolCall

PRICE = Price(input=2.0, output=8.0, cached=0.5)


def reply(message, **choice):
    body = {"choices": [{"message": message, **choice}], "model": "m-1", "id": "chatcmpl-1"}
    return read_reply(Answer(body), provider="p", price=None)


def test_text():
    read = reply({"content": "hello"}, finish_reason="stop")
    assert (read.content, read.finish_reason, read.model, read.request_id) == (
        "hello",
        "stop",
        "m-1",
        "chatcmpl-1",
    )


def test_no_text():
    assert reply({"content": None}).content is None


def test_text_in_parts_and_thoughts_among_them():
    parts = [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": "hel"},
        {"type": "text", "text": "lo"},
    ]
    read = reply({"content": parts})
    assert (read.content, read.reasoning) == ("hello", "hm")


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_reasoning_is_kept_apart(key):
    read = reply({"content": "yes", key: "because"})
    assert (read.content, read.reasoning) == ("yes", "because")


def test_a_refusal_is_what_was_said():
    assert reply({"content": None, "refusal": "I cannot."}).content == "I cannot."


def test_tool_calls():
    calls = [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}]
    assert reply({"tool_calls": calls}).tool_calls == (ToolCall("c1", "f", '{"a": 1}'),)


@pytest.mark.parametrize(("arguments", "read"), [("", "{}"), (None, "{}"), ({"a": 1}, '{"a": 1}')])
def test_arguments_are_json_text(arguments, read):
    calls = [{"function": {"name": "f", "arguments": arguments}}]
    assert reply({"tool_calls": calls}).tool_calls == (ToolCall("call_0", "f", read),)


def test_the_old_form_of_a_tool_call():
    read = reply(
        {"content": None, "function_call": {"name": "f", "arguments": "{}"}}, finish_reason="function_call"
    )
    assert read.tool_calls == (ToolCall("call_0", "f", "{}"),)
    assert read.finish_reason == "tool_calls"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"choices": []}, "it has no choices"),
        ({"id": "x"}, "it has no choices"),
        ({"choices": [{"text": "old"}]}, "no message"),
        ([], "no JSON object"),
        (None, "no JSON object"),
    ],
)
def test_an_answer_without_a_reply_says_what_came(body, text):
    with pytest.raises(UnreadableAnswerError, match=text):
        read_reply(Answer(body), provider="p", price=None)


def test_usage_and_cost():
    usage = read_usage(
        {
            "prompt_tokens": 1000,
            "completion_tokens": 100,
            "total_tokens": 1100,
            "prompt_tokens_details": {"cached_tokens": 400},
            "completion_tokens_details": {"reasoning_tokens": 60},
        },
        PRICE,
    )
    assert (usage.input_tokens, usage.output_tokens) == (1000, 100)
    assert (usage.cached_tokens, usage.reasoning_tokens) == (400, 60)
    assert usage.cost == pytest.approx((600 * 2 + 400 * 0.5 + 100 * 8) / 1e6)
    assert usage.unpriced_calls == 0


def test_reasoning_that_only_the_total_shows_is_counted():
    usage = read_usage({"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 35}, PRICE)
    assert (usage.output_tokens, usage.reasoning_tokens) == (25, 20)


def test_the_cache_as_deepseek_names_it():
    assert read_usage({"prompt_tokens": 10, "prompt_cache_hit_tokens": 4}, None).cached_tokens == 4


def test_a_cost_that_the_provider_names_is_taken():
    assert read_usage({"prompt_tokens": 10, "completion_tokens": 1, "cost": 0.25}, None).cost == 0.25


@pytest.mark.parametrize("usage", [None, [], "none"])
def test_no_usage_is_a_call_of_unknown_price(usage):
    assert read_usage(usage, PRICE).unpriced_calls == 1


def test_a_price_of_text_is_not_taken_for_sound():
    usage = read_usage({"prompt_tokens": 10, "prompt_tokens_details": {"audio_tokens": 5}}, PRICE)
    assert usage.unpriced_calls == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["content", "text", "tool_calls", "function", "arguments", "name", "usage", "refusal"]
            ),
            inner,
        )
    ),
)


@given(JSON, JSON)
def test_whatever_comes_is_read_or_refused(message, usage):
    body = {"choices": [{"message": message}], "usage": usage}
    try:
        read = read_reply(Answer(body), provider="p", price=PRICE)
    except UnreadableAnswerError:
        return
    assert read.content is None or isinstance(read.content, str)
    assert all(isinstance(call.arguments, str) and call.arguments for call in read.tool_calls)
    assert read.usage.calls == 1


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"error": {"message": "no such model"}}, "no such model"),
        ({"error": "does not support tools"}, "does not support tools"),
        ([{"error": {"message": "in a list"}}], "in a list"),
        ({"message": "plain"}, "plain"),
        ({"detail": "fastapi"}, "fastapi"),
        ({"message": {"detail": [{"loc": ["body", "x"]}]}}, '{"detail": [{"loc": ["body", "x"]}]}'),
        ("<html>", "<html>"),
        (None, ""),
    ],
)
def test_an_errors_text_is_found(body, text):
    assert error_text(body) == text
