"""Reading every run of the process."""

from __future__ import annotations

import asyncio
import logging
import threading
from contextvars import ContextVar

import pytest

import scenario
from scenario._observers import observe_runs, readers
from scenario.events import Concluded, Fact, Started
from scenario.testing import ScriptedAgent

place: ContextVar[str] = ContextVar("place", default="nowhere")


class Watch:
    """Keeps the facts of each run, with the thread and the context in which it began."""

    def __init__(self) -> None:
        self.runs: list[list[Fact]] = []
        self.began: list[tuple[int, str]] = []

    def follow(self):
        facts: list[Fact] = []
        self.runs.append(facts)
        self.began.append((threading.get_ident(), place.get()))
        return facts.append


def _play(run=scenario.run, **options):
    script = [scenario.agent(), scenario.succeed()]
    return run("a name", "", [ScriptedAgent("hello")], script=script, **options)


async def test_an_observer_reads_all_facts_of_every_run():
    watch = Watch()
    with observe_runs(watch.follow):
        await asyncio.gather(_play(), _play(), _play(scenario.arun))

    assert len(watch.runs) == 3
    for facts in watch.runs:
        assert isinstance(facts[0], Started)
        assert isinstance(facts[-1], Concluded)
        assert len({fact.run_id for fact in facts}) == 1
        assert "MessageAdded" in {type(fact).__name__ for fact in facts}


async def test_an_observer_is_called_on_the_run_s_thread_in_the_caller_s_context():
    watch = Watch()
    token = place.set("here")
    with observe_runs(watch.follow):
        await _play()
        await _play(scenario.arun)
    place.reset(token)

    (apart, first), (own, second) = watch.began
    assert apart != threading.get_ident() == own
    assert (first, second) == ("here", "here")


async def test_an_observer_reads_runs_that_begin_while_it_is_registered():
    watch = Watch()
    await _play()
    with observe_runs(watch.follow):
        await _play()
    await _play()

    assert len(watch.runs) == 1


async def test_an_observer_that_is_registered_twice_reads_twice_until_each_is_taken_back():
    watch = Watch()
    follow = watch.follow
    with observe_runs(follow):
        with observe_runs(follow):
            await _play()
        await _play()

    assert len(watch.runs) == 3


async def test_an_observer_that_raises_is_logged_and_the_others_go_on(caplog: pytest.LogCaptureFixture):
    def broken():
        raise OSError("no room")

    watch = Watch()
    with caplog.at_level(logging.ERROR, "scenario"), observe_runs(broken), observe_runs(watch.follow):
        result = await _play()

    assert result.success
    assert len(watch.runs) == 1
    assert "An observer of runs raised" in caplog.text


async def test_a_reader_that_raises_does_not_disturb_the_run(caplog: pytest.LogCaptureFixture):
    def broken(fact: Fact):
        raise OSError("no room")

    with caplog.at_level(logging.CRITICAL, "scenario"), observe_runs(lambda: broken):
        result = await _play()

    assert result.success


def test_nobody_is_registered_after_an_exception():
    before = len(readers())

    with pytest.raises(LookupError), observe_runs(Watch().follow):
        raise LookupError

    assert len(readers()) == before
