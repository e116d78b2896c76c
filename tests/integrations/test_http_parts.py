"""The pure parts of an agent behind HTTP: templates, paths, streams, sessions, usage."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from scenario.integrations._http.paths import NotThereError, describe, look_up
from scenario.integrations._http.reading import read_usage
from scenario.integrations._http.sessions import _MOST, Session, Sessions
from scenario.integrations._http.streams import Event, Events, Lines
from scenario.integrations._http.templates import ABSENT, fill, fill_address, placeholders_in
from scenario.usage import Usage

VALUES = {"message": "hi {messages}", "messages": [{"role": "user"}], "thread_id": "t/1", "session": ABSENT}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{message}", "hi {messages}"),
        ("{messages}", [{"role": "user"}]),
        ("say: {message}!", "say: hi {messages}!"),
        ("all: {messages}", 'all: [{"role": "user"}]'),
        ("{{message}} as it is", "{message} as it is"),
        ({"a": {"b": ["{message}", 1, None]}}, {"a": {"b": ["hi {messages}", 1, None]}}),
        ({"a": 1, "session": "{session}"}, {"a": 1}),
        (["{session}", 1], [1]),
        ("s={session}", "s="),
        ('{"json": "text"}', '{"json": "text"}'),
    ],
)
def test_a_template_is_filled(template, filled):
    assert fill(template, VALUES) == filled


def test_filling_changes_no_template():
    template = {"a": ["{message}"]}
    fill(template, VALUES)

    assert template == {"a": ["{message}"]}


def test_what_stands_in_an_address_is_one_piece_of_it():
    assert fill_address("http://h/{thread_id}/x", VALUES) == "http://h/t%2F1/x"


def test_the_placeholders_of_a_template_are_found_wherever_they_stand():
    assert placeholders_in({"a": ["{message}", ("{thread_id}",)], "b": 1, "c": "{{session}}"}) == {
        "message",
        "thread_id",
    }


@pytest.mark.parametrize(
    ("path", "found"),
    [("a.0.b", 1), ("a.-1.b", 2), ("a", [{"b": 1}, {"b": 2}]), ("0", "a key")],
)
def test_a_path_leads_through_keys_and_positions(path, found):
    assert look_up({"a": [{"b": 1}, {"b": 2}], "0": "a key"}, path) == found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("x", "there is an object with the keys `a`, `n`"),
        ("a.5", "at `a` there is a list of 2"),
        ("a.b", "at `a` there is a list of 2"),
        ("a.0.x", "at `a.0` there is an object with the keys `b`"),
        ("n.x", "at `n` there is null"),
    ],
)
def test_a_path_that_leads_nowhere_says_what_is_there(path, text):
    with pytest.raises(NotThereError) as caught:
        look_up({"a": [{"b": 1}, {"b": 2}], "n": None}, path)

    assert str(caught.value) == text


def test_many_keys_are_cut_short():
    assert describe({str(number): 1 for number in range(30)}).endswith("`19`, …")
    assert describe({}) == "an empty object"


@for_all(st.text(alphabet="ab\r\nü\u2028"), st.integers(1, 4))
def test_lines_are_the_same_however_the_bytes_are_cut(text, size):
    data = text.encode()
    lines = Lines()
    cut = [line for at in range(0, len(data), size) for line in lines.feed(data[at : at + size])]
    cut += lines.end()

    expected = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert cut == (expected if expected[-1] else expected[:-1])


def feed(*lines):
    events = Events()
    found = [event for line in lines if (event := events.feed(line)) is not None]
    last = events.end()
    return [*found, *([] if last is None else [last])]


def test_lines_become_events():
    lines = [": a comment", "event: delta", "id: 7", "data: a", "data:b", "", "data: c", ""]

    assert feed(*lines) == [Event("delta", "a\nb"), Event("message", "c")]


def test_an_event_without_data_is_none():
    assert feed("event: ping", "", "data: a", "") == [Event("message", "a")]


def test_an_event_that_the_end_cuts_off_counts():
    assert feed("data: a") == [Event("message", "a")]


@pytest.mark.parametrize("places", [{}, {"path": "a", "header": "b"}, {"cookie": ""}])
def test_a_session_stands_in_one_place(places):
    with pytest.raises(ValueError, match="exactly one of `path`, `header` and `cookie`"):
        Session(**places)


class Run:
    pass


def test_a_session_is_forgotten_with_its_run():
    sessions, run = Sessions(), Run()
    sessions.keep("thread", "s1", run)
    sessions.keep("thread", "s2", run)
    assert sessions.of("thread") == "s2"

    del run
    gc.collect()
    assert len(sessions) == 0


def test_only_so_many_sessions_are_kept():
    sessions = Sessions()
    for number in range(_MOST + 5):
        sessions.keep(str(number), number, None)

    assert len(sessions) == _MOST
    assert (sessions.of("4"), sessions.of("5")) == (None, 5)


@pytest.mark.parametrize(
    ("found", "usage"),
    [
        (
            {
                "prompt_tokens": 9,
                "completion_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 3},
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
            Usage(1, 9, 4, 3, 2, unpriced_calls=1),
        ),
        ({"input_tokens": 9, "output_tokens": 4}, Usage(1, 9, 4, unpriced_calls=1)),
        ({"output_tokens": 4}, Usage(1, 0, 4, unpriced_calls=1)),
        ({"other": 1}, None),
        (7, None),
    ],
)
def test_usage_is_read_in_several_dialects(found, usage):
    assert read_usage(found) == usage
