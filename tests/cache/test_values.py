"""Which results are kept: those that come back, and those without secrets."""

from __future__ import annotations

import warnings
from dataclasses import make_dataclass

import pytest

import scenario
from scenario.errors import ConfigError

calls = []


@pytest.fixture(autouse=True)
def no_calls():
    calls.clear()


class Handle:
    def __init__(self, number):
        self.number = number


def test_what_cannot_be_kept_is_refused_with_the_way_out(within):
    @scenario.cache()
    def opened():
        return Handle(1)

    with within(), pytest.raises(ConfigError) as raised:
        opened()
    text = str(raised.value)
    assert "opened returned a value of type test_values.Handle" in text.replace("tests.cache.", "")
    assert text.endswith("give scenario.cache a `serialize` and a `deserialize`.")


def test_a_pair_of_functions_keeps_what_json_cannot(within, another_process):
    @scenario.cache(serialize=lambda handle: handle.number, deserialize=Handle)
    def opened(number):
        calls.append(number)
        return Handle(number)

    with within():
        assert opened(7).number == 7
        another_process()
        assert opened(7).number == 7
    assert calls == [7]


def test_what_serialize_raises_is_raised(within):
    @scenario.cache(serialize=lambda value: value.nothing, deserialize=str)
    def opened():
        return 1

    with within(), pytest.raises(AttributeError, match="nothing"):
        opened()


def test_a_result_whose_class_has_changed_is_made_anew(within, monkeypatch):
    monkeypatch.setitem(globals(), "Point", make("x"))

    @scenario.cache()
    def point():
        calls.append(1)
        return globals()["Point"](1)

    with within():
        assert [point().x, point().x] == [1, 1]
        monkeypatch.setitem(globals(), "Point", make("y"))
        assert [point().y, point().y] == [1, 1]
    assert len(calls) == 2


def make(field):
    return make_dataclass("Point", [field], namespace={"__module__": __name__})


@scenario.cache()
def told(text):
    calls.append(text)
    return {"said": [text]}


@scenario.cache()
def logged_in():
    return {"api_key": "anything"}


def test_a_result_with_a_secret_is_not_written_and_a_warning_says_so_once(within, monkeypatch, folder):
    monkeypatch.setenv("SOME_API_KEY", "very-private-value")
    text = "it is very-private-value"
    with within():
        with pytest.warns(UserWarning, match="told returned something that looks like a secret") as warned:
            assert [told(text), told(text)] == [{"said": [text]}] * 2
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            told(text)
    assert (len(calls), len(warned)) == (3, 1)
    assert all(b"very-private-value" not in path.read_bytes() for path in folder.iterdir())


def test_what_stands_under_a_secrets_name_is_not_written(within, folder):
    with within(), pytest.warns(UserWarning, match="logged_in returned something"):
        assert [logged_in(), logged_in()] == [{"api_key": "anything"}] * 2


def test_a_secret_in_a_key_is_not_written(within, monkeypatch, folder):
    monkeypatch.setenv("SOME_TOKEN", "very-private-value")
    with within("for very-private-value"):
        told("hello")
        assert told("hello") == {"said": ["hello"]}
    assert len(calls) == 1
    assert all(b"very-private-value" not in path.read_bytes() for path in folder.iterdir())
