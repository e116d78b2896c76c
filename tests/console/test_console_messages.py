"""scenario._console.messages: messages as lines."""

from __future__ import annotations

import json

import pytest

from authoring.conversations import agent_calls, agent_says, call, image_part, text_part, tool_says, user_says
from scenario._console.messages import message_lines
from scenario._utils import print_openai_messages


def lines(message, prefix=""):
    return [line.plain for line in message_lines(message, prefix)]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (user_says("hi"), "User: hi"),
        (agent_says("hi"), "Agent: hi"),
        (tool_says("42"), "ToolResult: 42"),
        ({"role": "function", "content": "hi"}, "function: hi"),
        (agent_says(""), "Agent: "),
        (agent_says(None, tool_calls=None), "Agent: "),
        (tool_says(""), "ToolResult: "),
        (tool_says(None), "ToolResult: "),
        (user_says("您好 🎉"), "User: 您好 🎉"),
        (user_says("[bold]hi[/bold] :tada:"), "User: [bold]hi[/bold] :tada:"),
    ],
)
def test_a_message_is_a_line_that_begins_with_who_says_it(message, line):
    assert lines(message) == [line]


@pytest.mark.parametrize("role", ["system", "developer"])
def test_system_messages_are_not_printed(role):
    assert lines({"role": role, "content": "be kind"}) == []


def test_a_message_of_several_lines_is_that_many():
    assert lines(user_says("a\n\nb")) == ["User: a", "", "b"]


def test_content_parts_are_printed_as_text():
    assert lines(user_says([text_part("See:"), image_part()])) == ["User: See:", "[image]"]


def test_a_tool_call_is_printed_with_its_name_and_its_arguments():
    message = agent_calls(call("find", {"id": 7, "name": "Zoë"}))
    assert lines(message) == ["ToolCall(find): {", '  "id": 7,', '  "name": "Zoë"', "}"]


def test_words_come_before_calls_and_calls_in_their_order():
    message = agent_calls(call("a"), call("b"), content="One moment.")
    assert lines(message) == ["Agent: One moment.", "ToolCall(a): {}", "ToolCall(b): {}"]


def test_a_call_without_words_prints_no_words():
    assert lines(agent_calls(call("a"), content="")) == ["ToolCall(a): {}"]


@pytest.mark.parametrize("broken", [{}, {"function": None}, {"function": {}}])
def test_a_call_without_a_name_prints_a_question_mark(broken):
    assert lines(agent_calls(broken)) == ["ToolCall(?): "]


def test_arguments_that_are_no_json_are_printed_as_they_are():
    assert lines(agent_calls(call("a", '{"id": '))) == ['ToolCall(a): {"id": ']


def test_arguments_of_five_lines_are_printed_whole():
    shown = lines(agent_calls(call("a", {"x": 1, "y": 2, "z": 3})))
    assert shown == ["ToolCall(a): {", '  "x": 1,', '  "y": 2,', '  "z": 3', "}"]


def test_longer_arguments_are_cut_after_five_lines():
    shown = lines(agent_calls(call("a", {str(number): number for number in range(9)})))
    assert len(shown) == 6
    assert shown[-2:] == ['  "3": 3,', "…"]


def test_a_long_tool_result_is_cut_after_five_lines():
    assert lines(tool_says(json.dumps(list(range(9))))) == [
        "ToolResult: [",
        "  0,",
        "  1,",
        "  2,",
        "  3,",
        "…",
    ]


def test_a_tool_result_in_parts_is_printed():
    assert lines(tool_says([text_part('{"a": 1}')])) == ["ToolResult: {", '  "a": 1', "}"]


def test_each_line_gets_the_prefix():
    assert lines(user_says("a\nb"), "tea") == ["[tea] User: a", "[tea] b"]


def test_a_prefix_may_look_like_markup():
    assert lines(user_says("a"), "red") == ["[red] User: a"]


@pytest.mark.parametrize(
    ("message", "colour"),
    [
        (user_says("hi"), "green"),
        (agent_says("hi"), "blue"),
        (tool_says("hi"), "magenta"),
        (agent_calls(call("a")), "magenta"),
        ({"role": "function", "content": "hi"}, "yellow"),
    ],
)
def test_the_label_has_the_colour_of_the_role(message, colour):
    (line,) = message_lines(message)
    assert [str(span.style) for span in line.spans] == [colour]


def test_printed_messages_have_the_scenarios_name_before_each_line(paper):
    print_openai_messages("tea", [user_says("a\nb"), {"role": "system", "content": "x"}, agent_says("c")])
    assert paper.lines == ["[tea] User: a", "[tea] b", "[tea] Agent: c"]


def test_printed_messages_without_a_name_have_none(paper):
    print_openai_messages("", [user_says("a")])
    assert paper.lines == ["User: a"]


def test_a_long_line_is_printed_as_one(paper):
    print_openai_messages("", [user_says("word " * 200)])
    assert len(paper.lines) == 1
