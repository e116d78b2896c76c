"""A process that writes a store stores the same as a thread does, and nobody waits for it when it is gone."""

from __future__ import annotations

import asyncio
import os
import pickle
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

import scenario
from scenario import AgentRole, store
from scenario._engine.facts import AgentInfo, CallStarted, StepFinished
from scenario.store import scribe_apart, writer
from scenario.store.codec import fields_of, kind_of
from scenario.store.plain import plain
from scenario.store.portable import packed, unpacked
from scenario.store.sink import sink_for
from scenario.suite import run_suite, suite_run
from store.stories import CUSTOMER, Story, stories, story
from suite.parts import told

TESTS = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    monkeypatch.setattr(writer, "_cores", lambda: 2)


@pytest.fixture
def sink(place):
    """A sink whose store is written in a process of its own."""
    found = store.StoreSink(place)
    go_apart(found)
    yield found
    found.close()


def go_apart(sink) -> None:
    sink.go_apart()
    until = time.monotonic() + 30
    while not apart_of(sink).is_usable() and time.monotonic() < until:
        pass
    assert apart_of(sink).is_usable()


def apart_of(sink):
    return sink._writer._apart


def tell(sink, *facts) -> None:
    for fact in facts:
        sink.receive(fact)
    sink.flush().result(20)


def is_apart(sink) -> bool:
    return isinstance(sink._writer._scribe, scribe_apart.ScribeApart)


class Odd(str):
    """Text of a class that only this process knows."""

    __slots__ = ()


@settings(max_examples=60, deadline=None)
@given(stories())
def test_what_is_sent_is_what_was_told(told: Story):
    sent = unpacked(pickle.loads(pickle.dumps(packed(told.facts))))  # noqa: S301 - our own
    for fact, again in zip(told.facts, sent, strict=True):
        assert (again.run_id, again.at, kind_of(again)) == (fact.run_id, fact.at, kind_of(fact))
        assert plain(fields_of(again)) == plain(fields_of(fact))


def test_nothing_of_peoples_own_classes_is_sent():
    told = Story().says(Odd("hello"))
    for message in ({"role": "user", "x": Odd("y")}, {"role": "user", Odd("x"): "y"}):
        told.tell(type(told.facts[-1]), index=1, message=message, turn=0, author=CUSTOMER)
    odd = AgentInfo(Odd("desk"), AgentRole.AGENT)
    told.tell(CallStarted, agent=odd, turn=0).tell(StepFinished, step=1, text=Odd("agent()"))
    for fact in told.facts:
        assert b"Odd" not in pickle.dumps(packed([fact]))
    assert b"Odd" not in pickle.dumps(packed(told.facts))


def test_a_run_goes_on_where_another_scribe_writes_it(sink, place):
    told = Story().says("one").says("two", "user").says("three").ends()
    parts = [told.facts[:2], told.facts[2:4], told.facts[4:]]
    tell(sink, *parts[0])
    assert is_apart(sink)
    sink.come_back().result(20)
    assert not is_apart(sink)
    tell(sink, *parts[1])
    go_apart(sink)
    tell(sink, *parts[2])
    assert is_apart(sink)

    assert not sink.close()
    with store.open_store(place) as opened:
        whole = store.run(opened, told.run_id)
    assert [row.message["content"] for row in whole.messages] == ["one", "two", "three"]
    assert plain(whole.facts) == plain(tuple(told.facts))
    assert whole.run.state is store.RunState.FINISHED


def test_both_ways_write_the_same_rows(sink, place, tmp_path):
    here = store.StoreSink(store.FilePlace(tmp_path / "here.db"))
    for each in (sink, here):
        tell(each, *(fact for number in range(3) for fact in story(number).facts))
        assert not each.close()

    found = []
    for each in (place, here.place):
        with store.open_store(each) as opened:
            found.append([plain(store.run(opened, row.id)) for row in store.runs(opened)])
    for whole in (*found[0], *found[1]):
        del whole["run"]["change"]
    assert found[0] == found[1]


def test_what_the_process_loses_is_counted_and_named_here(sink, caplog):
    headless = story(1).facts[1:]
    tell(sink, *headless, *story(2).facts)
    assert is_apart(sink)
    losses = sink.close()

    assert (losses.lost, losses.incomplete) == (len(headless), 1)
    assert "the beginning of its run was not stored" in caplog.text


def test_a_process_that_is_gone_loses_what_it_had_and_names_it(sink, place, caplog):
    open_run = Story("scenariorun_open").says("one")
    tell(sink, *open_run.facts)
    process = apart_of(sink)._process
    process.kill()
    process.wait(20)
    tell(sink, *story(1).facts)  # it is found out with these
    tell(sink, open_run.says("two").facts[-1])
    tell(sink, *story(2).facts)
    losses = sink.close()

    assert losses.runs == 3
    assert (losses.lost, losses.incomplete) == (len(story(1).facts) + 1, 2)
    assert "the process that writes the store is gone" in caplog.text
    with store.open_store(place) as opened:
        assert {row.id for row in store.runs(opened)} == {"scenariorun_open", "scenariorun_2"}


@pytest.mark.parametrize(
    ("name", "value"), [("executable", "/nowhere/python"), ("executable", ""), ("frozen", True)]
)
def test_where_no_process_can_be_started_all_is_written_here(place, monkeypatch, name, value):
    monkeypatch.setattr(sys, name, value, raising=False)
    sink = store.StoreSink(place)
    sink.go_apart()
    tell(sink, *story().facts)

    assert apart_of(sink) is None
    assert not sink.close()


def test_a_process_that_cannot_start_is_not_waited_for(place, monkeypatch):
    monkeypatch.setattr(scribe_apart, "_PROGRAM", "raise SystemExit(3)")
    sink = store.StoreSink(place)
    sink.go_apart()
    tell(sink, *story().facts)

    assert not is_apart(sink)
    assert not sink.close()
    with store.open_store(place) as opened:
        assert len(store.runs(opened)) == 1


def test_a_fact_that_cannot_be_sent_is_lost_alone(sink, place):
    class Odd(float):
        def __float__(self):
            raise ValueError("no number")

    told = Story().says("one")
    told.facts[0] = replace(told.facts[0], metadata={"odd": 1})
    tell(sink, *told.facts)
    lost = StepFinished(told.run_id, Odd(1.0), 1, "step")
    tell(sink, lost, *told.says("two").facts[-1:])

    losses = sink.close()
    assert (losses.lost, losses.reason) == (1, "ValueError: no number")
    assert texts(place) == "one two"


def test_with_one_core_all_is_written_here(place, monkeypatch):
    monkeypatch.setattr(writer, "_cores", lambda: 1)
    sink = store.StoreSink(place)
    sink.go_apart()

    assert apart_of(sink) is None
    assert not sink.close()


def texts(place) -> str:
    with store.open_store(place) as opened:
        return " ".join(
            row.message["content"] for run in store.runs(opened) for row in store.run(opened, run.id).messages
        )


def test_the_process_learns_of_secrets(sink, place, monkeypatch):
    told = Story().says("the first is planted-key-11")
    tell(sink, *told.facts)
    monkeypatch.setenv("LATER_API_KEY", "planted-key-22")
    scenario.configure(redact=[re.compile("planted-word")])
    tell(sink, told.says("then planted-key-22 and planted-word").facts[-1])
    assert is_apart(sink)
    sink.close()

    assert texts(place) == "the first is planted-key-11 then [redacted:LATER_API_KEY] and [redacted]"


def test_functions_that_redact_stay_in_this_process(sink, place):
    told = Story().says("one")
    tell(sink, *told.facts)
    assert is_apart(sink)
    scenario.configure(redact=[lambda text: text.replace("planted", "***")])
    tell(sink, told.says("a planted word").facts[-1])
    assert not is_apart(sink)
    sink.close()

    assert texts(place) == "one a *** word"


PROGRAM = """
import os, sys, time
from pathlib import Path
from scenario import store
from store.stories import Story
sink = store.StoreSink(store.FilePlace(Path(sys.argv[1])))
sink.go_apart()
while not sink._writer._apart.is_usable():
    pass
for fact in Story().says("one").facts:
    sink.receive(fact)
sink.flush().result()
for fact in Story().says("one").says("two").facts[2:]:
    sink.receive(fact)
print(sink._writer._apart._process.pid, flush=True)
sys.stdin.read()
"""


def test_when_its_master_is_killed_the_process_writes_what_it_was_told_and_ends(place):
    command = [sys.executable, "-c", PROGRAM, str(place.path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": TESTS}
    with subprocess.Popen(command, **pipes) as master:
        pid = int(master.stdout.readline())
        master.kill()
    until = time.monotonic() + 20
    while is_alive(pid) and time.monotonic() < until:
        pass
    assert not is_alive(pid)
    with store.open_store(place) as opened:
        (row,) = store.runs(opened)
    assert row.messages >= 1
    assert row.state is store.RunState.INTERRUPTED


def is_alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_the_process_is_no_ones_to_interrupt(sink):
    tell(sink, *story(1).facts)
    for each in (signal.SIGINT, signal.SIGTERM):
        os.kill(apart_of(sink)._process.pid, each)
    tell(sink, *story(2).facts)

    assert is_apart(sink)
    assert not sink.close()


async def test_a_large_suite_has_its_store_written_apart_and_leaves_no_process(place, monkeypatch):
    monkeypatch.setattr(suite_run, "_MANY", 5)
    begun = []
    monkeypatch.setattr(writer, "ScribeApart", lambda *given: begun.append(made := apart(*given)) or made)
    apart = scribe_apart.ScribeApart

    result = await run_suite(told(trials=40), store=str(place.path), isolation="loop", keep=False)

    assert result.warnings == ()
    (process,) = begun
    assert process._process.returncode is not None
    assert not is_apart(sink_for(place))
    with store.open_store(place) as opened:
        assert len(store.runs(opened, limit=100)) == 40


async def test_a_suite_that_is_cancelled_while_the_process_starts_leaves_none(place, monkeypatch):
    monkeypatch.setattr(suite_run, "_MANY", 5)
    begun, starting = [], asyncio.Event()
    loop = asyncio.get_running_loop()

    def start(*given):
        begun.append(apart(*given))
        loop.call_soon_threadsafe(starting.set)
        return begun[0]

    apart = scribe_apart.ScribeApart
    monkeypatch.setattr(writer, "ScribeApart", start)
    playing = asyncio.create_task(run_suite(told(trials=40), store=str(place.path), isolation="loop"))
    await asyncio.wait_for(starting.wait(), 20)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert begun[0]._process.returncode is not None


async def test_a_small_suite_starts_no_process(place, monkeypatch):
    monkeypatch.setattr(writer, "ScribeApart", None)
    assert (await run_suite(told(trials=3), store=str(place.path))).success
