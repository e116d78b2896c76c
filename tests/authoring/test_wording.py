"""Numbers, times and odd characters as people read them; several things at once."""

import asyncio
import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario._text import as_text, json_in
from scenario._utils.together import together
from scenario._wording import counted, fenced, moment, percent, size, visible


@pytest.mark.parametrize(("number", "text"), [(0, "0 runs"), (1, "1 run"), (2, "2 runs")])
def test_a_number_stands_before_its_noun(number, text):
    assert counted(number, "run") == text


@pytest.mark.parametrize(("rate", "text"), [(1, "100 %"), (0.95, "95 %"), (0.8387, "83.9 %"), (0, "0 %")])
def test_a_rate_is_told_in_percent(rate, text):
    assert percent(rate) == text


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (12_500, "12.5 KB"), (3_200_000, "3.2 MB")]
)
def test_a_number_of_bytes_is_told_in_the_unit_that_fits(count, text):
    assert size(count) == text


def test_a_moment_is_told_in_local_time():
    at = datetime(2026, 11, 22, 9, 41, 7).astimezone().timestamp()

    assert (moment(at), moment(at, seconds=True)) == ("2026-11-22 09:41", "2026-11-22 09:41:07")


def test_what_cannot_be_seen_is_an_escape():
    assert visible("a\x1b[2J\u202eb\tc\n\ud800") == "a\\x1b[2J\\u202eb\tc\n\\ud800"


@given(st.text())
def test_a_visible_text_holds_no_control_character(text):
    kinds = {unicodedata.category(letter) for letter in visible(text) if letter not in "\n\t"}

    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Co"})


@given(st.text(alphabet="`a\n"))
def test_no_text_ends_its_fence(text):
    first, *inside, last = fenced(text, "json").split("\n")

    assert first == f"{last}json"
    assert all(last not in line for line in inside)


def test_a_value_as_text_is_json_unless_it_is_a_text():
    assert [as_text(value) for value in ("a", {"b": "ä"}, [1, None])] == ["a", '{"b": "ä"}', "[1, null]"]


@pytest.mark.parametrize(("text", "data"), [('{"a": 1}', {"a": 1}), ("{oops", None), ("[" * 100_000, None)])
def test_what_is_no_json_is_nothing(text, data):
    assert json_in(text) == data


async def test_together_gives_what_each_returns_in_their_order():
    begun = asyncio.Event()

    async def first():
        await begun.wait()
        return 1

    async def second():
        begun.set()
        return 2

    assert await together([first(), second()]) == [1, 2]


async def test_when_one_breaks_the_others_are_ended_before_it_is_raised():
    ended = []

    async def waits():
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("waits")

    async def breaks():
        await asyncio.sleep(0)
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await together([waits(), breaks()])

    assert ended == ["waits"]
