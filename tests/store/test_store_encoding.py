"""The quick way of a fact into the store says the same as the thorough one, and lets no secret pass."""

from __future__ import annotations

import threading

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scenario import store
from scenario._engine.facts import CallFinished
from scenario.store import bulk, writes
from scenario.store.codec import to_plain
from scenario.store.encoding import encoded
from scenario.store.plain import from_json, json_of, plain, to_json
from scenario.store.redaction import RememberingRedactor
from scenario.store.waiting import Waiting
from store.stories import CUSTOMER, Story, stories

KNOWN = {
    'p"a\\s/s wörd': "ODD_PASSWORD",
    "abcd1234efgh": "PLAIN_KEY",
    "line one\nline two": "",
    "1234567890": "",
}
REDACTOR = RememberingRedactor(KNOWN)

_piece = st.text(max_size=8) | st.sampled_from(
    [
        *KNOWN,
        *(to_json(secret)[1:-1] for secret in KNOWN),
        *(to_json(to_json(secret)) for secret in KNOWN),
        *("api_key", "Token", "PASSWORD", "maxTokens", "cookie: a=b", ": ", "=", '"', "\\", "\n", " "),
        *("sk-abcdefgh12345678", "ghp_abcdefgh12345678", "hf_abcdefgh12345678", "rk_live_abcdefgh12345678"),
        *("Bearer\nabcdefgh12345678", "BASIC dXNlcjpwYXNz", "postgres://u:hunter2@host", "xoxb-1234567890ab"),
        *("AKIAABCDEFGHIJKLMNOP", "glpat-abcdefgh12345678", "-----BEGIN PRIVATE KEY-----\nabc"),
    ]
)
_text = st.lists(_piece, max_size=4).map("".join)
_data = st.recursive(
    st.none() | st.booleans() | st.integers() | st.just(1234567890) | _text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_text, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(_data)
@example({"input_tokens": "sk-abcdefgh12345678"})
@example({"api_key_tokens": 1, "x": {"a_token": "planted-77"}})
def test_what_is_redacted_is_never_taken_for_clean(data):
    text = json_of(data)
    if text is not None and plain(REDACTOR.data(data)) != plain(data):
        assert REDACTOR.may_change(text)
        assert REDACTOR.may_change(f"[]\n{text}\n[]")


def test_usage_and_plain_words_are_clean():
    text = to_json({"input_tokens": 3, "reasoning_tokens": 0, "content": "my order_id has not arrived"})

    assert not REDACTOR.may_change(text)


def test_with_rules_of_ones_own_nothing_is_taken_for_clean():
    assert RememberingRedactor({}, [r"customer \d+"]).may_change("{}")


@settings(max_examples=60, deadline=None)
@given(stories())
def test_the_quick_way_says_the_same_as_the_thorough_one(told: Story):
    for fact in told.facts:
        form = encoded(fact)
        if form is not None:
            said = from_json(form.text)
            if form.message:
                said["message"] = from_json(form.message)
            assert said == from_json(to_json(to_plain(fact)))
            assert all(to_plain(fact)[name] == value for name, value in plain(form.data).items())


def test_numbers_that_json_lacks_and_endless_data_are_left_to_the_thorough_way():
    endless: list[object] = []
    endless.append(endless)

    assert '"seconds":"inf"' in encoded(CallFinished("run", 1.0, CUSTOMER, 0, float("inf"), None)).text
    assert json_of(endless) is None
    assert json_of("half \ud800") is None


def test_many_runs_at_once_come_back_whole(keep):
    told = [Story(f"scenariorun_{number}").says("one").says("two", "user").ends() for number in range(200)]

    opened = keep(*told)

    assert len(store.runs(opened)) == 200
    for each in (told[0], told[99], told[199]):
        whole = store.run(opened, each.run_id)
        assert [row.message["content"] for row in whole.messages] == ["one", "two"]
        assert plain(whole.facts) == plain(tuple(each.facts))


@pytest.mark.parametrize(
    "updates_from", [(3, 33), (99,)], ids=["all at once", "an SQLite that needs it one by one"]
)
def test_runs_that_go_on_from_group_to_group_come_back_whole(place, monkeypatch, updates_from):
    monkeypatch.setattr(writes, "_UPDATES_FROM", updates_from)
    monkeypatch.setattr(bulk, "_statements", bulk._Statements())
    told = [Story(f"scenariorun_{number}").says("one").says("two", "user") for number in range(3)]
    sink = store.StoreSink(place)
    for facts in zip(*(each.facts for each in told), strict=True):
        for fact in facts:
            sink.receive(fact)
        sink.flush().result(10)
    assert not sink.close()

    with store.open_store(place) as opened:
        assert [row.messages for row in store.runs(opened)] == [2] * 3


# what waits


def test_what_waits_is_taken_in_order_and_in_groups():
    waiting: Waiting[int] = Waiting(capacity=10, most=3)
    for number in range(5):
        assert waiting.put(number, 0)

    assert waiting.take(0, 0) == [0, 1, 2]
    assert waiting.take(0, 0) == [3, 4]
    assert waiting.take(0, 0) == []


def test_there_is_no_room_beyond_the_capacity():
    waiting: Waiting[int] = Waiting(capacity=1, most=3)

    assert waiting.put(1, 0)
    assert not waiting.put(2, 0.01)


@pytest.mark.parametrize("gathering", [0, 60])
def test_what_is_urgent_is_not_waited_with(gathering):
    waiting: Waiting[int] = Waiting(capacity=10, most=3)
    taken: list[int] = []
    other = threading.Thread(target=lambda: taken.extend(waiting.take(None, gathering)))
    other.start()
    waiting.put(1, 0, is_urgent=True)
    other.join(30)

    assert taken == [1]


def test_who_waits_for_room_goes_on_when_there_is_some():
    waiting: Waiting[int] = Waiting(capacity=1, most=1)
    waiting.put(1, 0)
    put: list[bool] = []
    other = threading.Thread(target=lambda: put.append(waiting.put(2, 30)))
    other.start()

    assert waiting.take(None, 0) == [1]
    assert waiting.take(30, 0) == [2]
    other.join(30)
    assert put == [True]
