"""What counts when requests are compared, and what does not."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario._replay.normal import normal
from scenario._utils.ids import generate_id

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def said(text):
    return normal({"messages": [{"role": "user", "content": text}]})["messages"][0]["content"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: generate_id("scenariothread"),
        lambda: generate_id("scenariomsg"),
        lambda: str(uuid.uuid4()),
        lambda: uuid.uuid4().hex,
        lambda: f"call_{uuid.uuid4().hex}",
        lambda: f"chatcmpl-{uuid.uuid4().hex}",
    ],
)
def test_identifiers_do_not_count(make):
    assert said(f"see {make()}") == said(f"see {make()}") == "see <id 1>"


@pytest.mark.parametrize(
    "time", ["2026-11-22T18:50:26Z", "2026-11-22 18:50", "2026-11-22T18:50:26.123456+01:00"]
)
def test_times_of_day_do_not_count(time):
    assert said(f"at {time} o'clock") == "at <time> o'clock"


@pytest.mark.parametrize(
    "text",
    [
        "order 1001",
        "4111111111111111",
        "2026-11-22",
        "at 18:50",
        "in 30 s",
        "scenario_cache",
        "call_me_tomorrow_afternoon",
        "run_everything_now",
        "deadbeef",
        "A-17",
        "[redacted]",
    ],
)
def test_what_people_say_counts(text):
    assert said(text) == text


def test_equal_identifiers_stay_equal_and_others_different():
    one, other = str(uuid.uuid4()), str(uuid.uuid4())

    assert said(f"{one} {other} {one}") == "<id 1> <id 2> <id 1>"


def call(id):
    return {"role": "assistant", "tool_calls": [{"id": id, "function": {"name": "look", "arguments": "{}"}}]}


def test_tool_calls_are_told_apart_by_their_order():
    def talk(first, second):
        answers = [{"role": "tool", "tool_call_id": each, "content": "ok"} for each in (second, first)]
        return normal({"messages": [call(first), call(second), *answers]})

    assert talk("a", "b") == talk("x", "y")
    assert talk("a", "b") != talk("a", "a")


def test_an_argument_that_is_named_id_counts():
    assert normal({"arguments": {"id": "a"}}) != normal({"arguments": {"id": "b"}})


def test_the_name_of_a_secret_does_not_count():
    assert said("the key [redacted:OPENAI_API_KEY]") == "the key [redacted]"


def test_the_spans_that_a_judge_is_shown_do_not_count():
    page = "<conversation>\nhi\n</conversation>\n\n<spans>\n[ab12cd34] x (1ms)\n</spans>\n\nThis is turn 1."

    assert said(page) == "<conversation>\nhi\n</conversation>\n\nThis is turn 1."


def test_the_headline_of_a_span_counts_by_its_name():
    assert said("[ab12cd34] 2026-11-22T18:50:26.123Z look (12ms)") == "[<span>] <time> look (<duration>)"


def test_media_count_by_their_hash():
    one, other = (f"data:image/png;base64,{letter * 1000}" for letter in "Ab")

    assert said(one) == said(one) != said(other)
    assert len(said(one)) < 80
    assert said(said(one)) == said(one)


@given(st.dictionaries(st.text(), plain))
def test_to_do_it_twice_changes_nothing(request):
    assert normal(normal(request)) == normal(request)


@given(st.dictionaries(st.text(), plain), st.randoms())
def test_the_order_of_keys_does_not_count(request, chance):
    names = list(request)
    chance.shuffle(names)

    assert normal({name: request[name] for name in names}) == normal(request)


def test_the_request_is_left_as_it_was():
    request = {"messages": [{"content": str(uuid.uuid4())}]}
    before = str(request)
    normal(request)

    assert str(request) == before
