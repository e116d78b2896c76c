"""Runs outside of pytest are stored where somebody configured it, and are there when they are over."""

from __future__ import annotations

import subprocess
import sys

import pytest

import scenario
from scenario import store
from scenario.errors import ConfigError
from scenario.store.sink import pending
from scenario.testing import ScriptedAgent


async def play(name: str = "greeting", how=scenario.run) -> scenario.ScenarioResult:
    script = [scenario.agent(), scenario.succeed()]
    return await how(name, "", [ScriptedAgent("hello")], script=script, verbose=False)


def names(place) -> list[str]:
    with store.open_store(place) as opened:
        return [row.name for row in store.runs(opened) if row.state is store.RunState.FINISHED]


@pytest.mark.parametrize("how", [scenario.run, scenario.arun])
async def test_a_run_is_there_when_it_is_over(place, how):
    scenario.configure(store=place.path)

    await play(how=how)

    assert names(place) == ["greeting"]


async def test_the_environment_can_name_the_store(place, monkeypatch):
    monkeypatch.setenv("SCENARIO_STORE", str(place.path))

    await play()

    assert names(place) == ["greeting"]


async def test_without_a_setting_nothing_is_stored(place, monkeypatch):
    monkeypatch.chdir(place.path.parent)
    await play()

    assert list(place.path.parent.iterdir()) == []


async def test_off_stores_nothing(place, monkeypatch):
    monkeypatch.chdir(place.path.parent)
    scenario.configure(store="off")
    await play()

    assert list(place.path.parent.iterdir()) == []


async def test_a_run_that_raises_is_there_too(place):
    scenario.configure(store=place.path)
    with pytest.raises(scenario.ScenarioError):
        await scenario.run(
            "broken", "", [ScriptedAgent(LookupError("no"))], script=[scenario.agent()], verbose=False
        )

    with store.open_store(place) as opened:
        (row,) = store.runs(opened)
    assert (row.status.value, row.fault.value) == ("ERROR", "agent")


async def test_a_place_that_cannot_be_is_an_error_of_the_setting():
    scenario.configure(store="mysql://host/runs")

    with pytest.raises(ConfigError, match="mysql"):
        await play()


async def test_two_stores_of_one_process_are_kept_apart(place, tmp_path):
    other = store.FilePlace(tmp_path / "other.db")
    scenario.configure(store=place.path)
    await play("first")
    scenario.configure(store=other.path)
    await play("second")

    assert (names(place), names(other)) == (["first"], ["second"])
    assert len(pending()) == 2


def test_a_process_that_ends_right_after_a_run_has_stored_it(place):
    code = """
import asyncio, scenario, sys
from scenario.testing import ScriptedAgent
scenario.configure(store=sys.argv[1], verbose=False)
executor = scenario.ScenarioExecutor("by hand", "", [ScriptedAgent("hi")], [scenario.agent(), scenario.succeed()])
asyncio.run(executor.run())
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code, str(place.path)], check=True, timeout=50)

    assert names(place) == ["by hand"]


def test_a_run_that_is_not_stored_loads_nothing_of_the_store(tmp_path):
    code = """
import asyncio, scenario, sys
from scenario.testing import ScriptedAgent
asyncio.run(scenario.run("x", "", [ScriptedAgent("hi")], script=[scenario.agent(), scenario.succeed()], verbose=False))
assert not {"sqlalchemy", "sqlite3", "scenario.store"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, timeout=50)
