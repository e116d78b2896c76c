"""scenario.cache: the decorator, inside and outside a scenario."""

from __future__ import annotations

import inspect

import pytest

import scenario
from scenario.cache import context_scenario, scenario_cache
from support import agent, executor


@scenario_cache()
def double(number, *, plus=0):
    """Twice the number."""
    return number * 2 + plus


@scenario_cache(ignore=["self"])
async def double_later(number):
    return number * 2


class Desk:
    @scenario.cache(ignore=["self"])
    def price(self, tea):
        return len(tea)


def played_with(cache_key, function):
    """The executor of a run whose one step calls the function."""
    return executor([agent()], [lambda _: function(), scenario.succeed()], cache_key=cache_key)


def test_b17_outside_a_scenario_a_function_is_simply_called():
    assert context_scenario.get(None) is None
    assert double(4, plus=1) == 9


async def test_b17_outside_a_scenario_an_async_function_is_simply_called():
    assert await double_later(4) == 8


def test_b17_outside_a_scenario_a_method_is_simply_called():
    assert Desk().price("oolong") == 6


def test_outside_a_scenario_exceptions_pass_through():
    with pytest.raises(TypeError):
        double(None)


@pytest.mark.parametrize("cache_key", [None, ""])
async def test_b17_in_a_scenario_without_a_cache_key_a_function_is_simply_called(cache_key):
    seen = []
    await played_with(cache_key, lambda: seen.append(double(4))).run()
    assert seen == [8]


async def test_in_a_scenario_with_a_cache_key_a_function_is_called_once(monkeypatch, tmp_path):
    monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path))
    calls, seen = [], []

    @scenario.cache()
    def triple(number):
        calls.append(number)
        return number * 3

    for _ in range(2):
        await played_with("v1", lambda: seen.append(triple(4))).run()
    assert (calls, seen) == ([4], [12, 12])


async def test_in_a_scenario_with_a_cache_key_an_async_function_is_called_once(monkeypatch, tmp_path):
    monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path))
    calls, seen = [], []

    @scenario.cache()
    async def triple(number):
        calls.append(number)
        return number * 3

    async def ask():
        seen.append(await triple(4))

    for _ in range(2):
        await played_with("v1", ask).run()
    assert (calls, seen) == ([4], [12, 12])


def test_a_decorated_function_keeps_its_name_its_text_and_its_kind():
    assert (double.__name__, double.__doc__) == ("double", "Twice the number.")
    assert inspect.iscoroutinefunction(double_later)
    assert not inspect.iscoroutinefunction(double)


def test_the_roots_cache_is_the_decorator_also_after_its_module_was_imported():
    import importlib

    importlib.import_module("scenario.cache")
    assert scenario.cache is scenario.scenario_cache is scenario_cache
