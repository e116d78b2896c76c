"""Which recorded call answers a call, and which play of a scenario a run is."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scenario._models.named_model import NamedModel
from scenario._models.port import ModelRequest
from scenario._models.settings import Settings
from scenario._models.taped import complete
from scenario._redaction import redactor
from scenario._replay.cassette import Entry
from scenario._replay.matching import Found, Missed, match
from scenario._replay.takes import CurrentTest, Takes, as_take, explicit_take, folder_of, name_of
from scenario._tape import CallKind

HERE = Path("/project/tests/cassettes")


def entry(request, channel="judge", *, together=False):
    return Entry(channel, CallKind.MODEL, request, None, together)


def found(calls, used, request, channel="judge"):
    return match(calls, used, channel, CallKind.MODEL, request)


def test_the_next_call_of_the_channel_answers():
    calls = [entry("a", "user"), entry("a"), entry("b")]

    assert found(calls, set(), "a") == Found(1)
    assert found(calls, {1}, "b") == Found(2)


def test_a_call_out_of_order_is_a_miss():
    missed = found([entry("a"), entry("b")], set(), "b")

    assert isinstance(missed, Missed)
    assert (missed.position, missed.recorded) == (1, 2)


def test_calls_that_went_on_together_answer_in_any_order():
    calls = [entry("a", together=True), entry("b", together=True), entry("c")]

    assert found(calls, set(), "b") == Found(1)
    assert found(calls, {1}, "c") == Found(2)


def test_the_kind_of_the_call_counts():
    assert isinstance(match([entry("a")], set(), "judge", CallKind.FUNCTION, "a"), Missed)


@given(st.permutations(list("aabbcd")))
def test_calls_together_are_all_found_whatever_their_order(order):
    calls = [entry(each, together=True) for each in "aabbcd"]
    used: set[int] = set()
    for each in order:
        answer = found(calls, used, each)
        assert isinstance(answer, Found)
        assert calls[answer.index].request == each
        used.add(answer.index)

    assert used == set(range(6))


def test_plays_are_counted_for_each_scenario_set_folder_and_mode():
    takes = Takes()
    keys = [
        (HERE, "a", "s", "auto"),
        (HERE, "b", "s", "auto"),
        (HERE, "a", "t", "auto"),
        (HERE, "a", "s", "record"),
    ]
    others = [(HERE.parent, "a", "s", "auto")]

    assert [takes.next(*key) for key in (*keys, *others, keys[0])] == [1, 1, 1, 1, 1, 2]


def test_the_count_begins_anew_with_each_test_and_when_one_is_played_again():
    takes = Takes()
    test = CurrentTest("t.py::t", Path("/project/tests/t.py"), Path("/project"))
    counts = []
    for _ in range(2):
        takes.begin(test)
        counts.append([takes.next(HERE, "a", "s", "auto") for _ in range(2)])
    takes.end()

    assert counts == [[1, 2], [1, 2]]
    assert takes.test() is None


def test_somebody_else_may_count():
    with as_take(7):
        assert explicit_take.get() == 7

    assert explicit_take.get() is None


def test_the_folder_is_beside_the_test_or_where_the_setting_says(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    test = CurrentTest("tests/t.py::T::t", Path("/project/tests/t.py"), Path("/project"))

    assert folder_of(None, test) == HERE
    assert folder_of("recordings", test) == Path("/project/recordings")
    assert folder_of("/elsewhere", test) == Path("/elsewhere")
    assert folder_of(None, None) == tmp_path / "cassettes"
    assert folder_of("", None) == tmp_path / "cassettes"
    assert name_of(test, HERE) == "t.py::T::t"
    assert name_of(test, Path("/project/recordings")) == "tests/t.py::T::t"
    assert name_of(None, HERE) == ""


class Deaf:
    """A tape that makes no call."""

    async def play(self, call, perform):
        return {"content": "known"}


async def test_the_key_of_a_model_is_a_secret_also_where_it_is_never_called():
    key = "never-used-key-of-a-model"
    model = NamedModel("openai/m", Settings(api_key=key))

    reply = await complete(Deaf(), model, "openai/m", ModelRequest([]))

    assert reply.content == "known"
    assert key not in redactor().text(f"The key is {key}.")
