"""scenario._text and scenario._utils.plain: messages as text, and as copies."""

from __future__ import annotations

import pytest

from authoring.conversations import agent_calls, agent_says, call, image_part, text_part, tool_says, user_says
from scenario._text import (
    call_text,
    content_text,
    message_lines,
    shorten,
    text_of,
    tool_calls_in,
    transcript,
)
from scenario._utils.plain import View, checked_message, copy_message, copy_plain, spoken


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, ""),
        ("", ""),
        ("hi", "hi"),
        ([], ""),
        ([text_part("a"), text_part("b")], "a\nb"),
        ([image_part()], "[image]"),
        ([{"type": "input_audio", "input_audio": {"data": "AAAA"}}], "[audio]"),
        ([{"type": "file", "file": {}}], "[file]"),
        ([{"type": "refusal", "refusal": "I cannot."}], "I cannot."),
        ([{"type": "thinking"}], "[thinking]"),
        ([{}], "[part]"),
        (["a", 5], "a\n5"),
        ((text_part("a"),), "a"),
        ({"b": "é"}, '{"b": "é"}'),
        (7, "7"),
    ],
)
def test_content_has_a_text(content, text):
    assert content_text(content) == text


@pytest.mark.parametrize(
    ("kind", "placeholder"),
    [
        ("image_url", "[image]"),
        ("image", "[image]"),
        ("input_image", "[image]"),
        ("input_audio", "[audio]"),
        ("audio", "[audio]"),
        ("file", "[file]"),
        ("input_file", "[file]"),
        ("video", "[video]"),
    ],
)
def test_a_part_that_is_no_text_has_a_placeholder(kind, placeholder):
    assert content_text([{"type": kind}]) == placeholder


def test_a_message_without_content_says_nothing():
    assert text_of({"role": "assistant"}) == ""


def test_a_call_reads_as_it_would_be_written():
    assert call_text(call("find", {"id": 7})) == 'find({"id": 7})'


@pytest.mark.parametrize("broken", [{}, {"function": None}, {"function": {}}])
def test_a_call_without_a_name_reads_with_a_question_mark(broken):
    assert call_text(broken) == "?()"


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        (user_says("hi"), ["user: hi"]),
        (agent_says(""), ["assistant: "]),
        (agent_says(None, tool_calls=None), ["assistant: "]),
        (agent_calls(call("f")), ["assistant calls f({})"]),
        (
            agent_calls(call("f"), call("g"), content="ok"),
            ["assistant: ok", "assistant calls f({})", "assistant calls g({})"],
        ),
        (tool_says("42"), ["tool: 42"]),
        ({}, ["?: "]),
    ],
)
def test_a_message_is_a_line_for_its_words_and_one_for_each_call(message, lines):
    assert message_lines(message) == lines


def test_a_transcript_is_the_lines_of_all_messages():
    assert transcript([user_says("a"), agent_says("b")]) == "user: a\nassistant: b"


def test_tool_calls_in_messages_come_in_their_order():
    talk = [
        agent_calls(call("f"), call("g")),
        agent_says("hi", tool_calls=None),
        agent_calls(call("f", "[]")),
    ]
    assert tool_calls_in(talk) == [call("f"), call("g"), call("f", "[]")]
    assert tool_calls_in(talk, "f") == [call("f"), call("f", "[]")]


def test_a_call_without_a_function_is_of_no_tool():
    talk = [agent_calls({"id": "1", "function": None}, {"id": "2"})]
    assert tool_calls_in(talk, "f") == []
    assert len(tool_calls_in(talk)) == 2


@pytest.mark.parametrize(
    ("text", "short"),
    [("", ""), ("abcde", "abcde"), ("abcdef", "abcd…"), ("  a\n\tb  ", "a b"), ("🎉🎉🎉🎉🎉🎉", "🎉🎉🎉🎉…")],
)
def test_a_short_text_is_one_line_of_at_most_the_width(text, short):
    assert shorten(text, 5) == short


def test_a_copy_of_plain_data_shares_nothing_that_can_change():
    data = {"a": [{"b": [1]}]}
    copy = copy_plain(data)
    copy["a"][0]["b"].append(2)
    assert data == {"a": [{"b": [1]}]}


def test_a_copy_of_plain_data_makes_tuples_lists():
    assert copy_plain((1, (2,))) == [1, [2]]


def test_a_copy_of_plain_data_shares_everything_else():
    thing = object()
    assert copy_plain([thing])[0] is thing


def test_a_copy_of_a_message_shares_nothing_that_can_change():
    message = agent_calls(call("f"), content="hi")
    copy = copy_message(message)
    assert copy == message
    copy["tool_calls"][0]["function"]["name"] = "changed"
    assert message == agent_calls(call("f"), content="hi")


def test_a_view_is_copies_that_follow_the_messages():
    messages = [user_says("a")]
    view = View(messages)
    shown = view.current()
    shown[0]["content"] = "changed"
    messages.append(user_says("b"))
    assert view.current() is shown
    assert (messages[0], shown[1:]) == (user_says("a"), [user_says("b")])


@pytest.mark.parametrize("change", [list.pop, list.clear, lambda shown: shown.append("more")])
def test_a_view_that_somebody_made_longer_or_shorter_is_built_afresh(change):
    messages = [user_says("a"), user_says("b")]
    view = View(messages)
    change(view.current())
    assert view.current() == messages


def test_a_view_that_is_restarted_is_built_afresh():
    messages = [user_says("a"), user_says("b")]
    view = View(messages)
    view.current()
    messages[1:] = [user_says("c")]
    view.restart()
    assert view.current() == messages


def test_a_message_that_is_one_is_returned():
    message = user_says("hi")
    assert checked_message(message) is message


@pytest.mark.parametrize("value", [None, "hi", {}, {"role": None}, [user_says("hi")]])
def test_something_that_is_no_message_is_refused(value):
    with pytest.raises(ValueError, match="is no chat message: it needs to be a dictionary with a `role`"):
        checked_message(value)


@pytest.mark.parametrize("content", ["hi", user_says("hi"), {"content": "hi"}])
def test_what_somebody_says_is_a_message_of_their_role(content):
    assert spoken(content, "user") == user_says("hi")


def test_what_somebody_says_is_a_copy():
    parts = [text_part("hi")]
    spoken(parts, "user")["content"][0]["text"] = "changed"
    assert parts == [text_part("hi")]


@pytest.mark.parametrize("content", [None, 5, b"hi", {1, 2}])
def test_what_cannot_be_said_is_refused(content):
    with pytest.raises(ValueError, match="is neither text, nor a list of content parts, nor a message"):
        spoken(content, "user")


def test_what_another_role_says_is_refused():
    with pytest.raises(ValueError, match="role 'assistant' stands where one of role 'user' is said"):
        spoken(agent_says("hi"), "user")
