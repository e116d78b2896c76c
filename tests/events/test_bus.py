"""The bus: sinks and reporters get everything, in order, and cannot disturb a run."""

from __future__ import annotations

import threading

import pytest

import scenario
from scenario._events import EventReporter, ScenarioEventBus
from scenario.testing import RecordingSink
from support import agent, executor, play, user

SPEAK = [scenario.agent(), scenario.succeed()]


class FailingSink:
    name = "failing"

    def receive(self, fact):
        raise ValueError("disk full")


class SlowSink:
    """Takes its first fact only when it is released."""

    name = "slow"

    def __init__(self):
        self.release = threading.Event()
        self.facts = []

    def receive(self, fact):
        self.release.wait(20)
        self.facts.append(fact)


class Reporter:
    def __init__(self, failures=0):
        self.failures = failures
        self.attempts = 0
        self.events = []

    async def post_event(self, event):
        self.attempts += 1
        if self.attempts <= self.failures:
            raise ConnectionError("refused")
        self.events.append(event)
        return {}


@pytest.mark.parametrize("run", [scenario.run, scenario.arun])
async def test_a_sink_has_everything_when_the_run_returns(run):
    sink = RecordingSink()
    result = await run("n", "d", [user(), agent()], max_turns=2, sinks=[sink])
    record = sink.record()
    assert type(sink.facts[0]).__name__ == "Started"
    assert record.concluded.result == result
    assert [message["content"] for message in record.messages] == [m["content"] for m in result.messages]


async def test_a_sink_has_everything_also_after_a_failure():
    sink = RecordingSink()
    with pytest.raises(RuntimeError):
        await scenario.arun("n", "d", [agent(ValueError("x"))], script=SPEAK, sinks=[sink])
    assert sink.record().concluded.error == "[ScriptedAgent] x"


async def test_every_sink_gets_the_same_facts_in_the_same_order():
    sinks = [RecordingSink("one"), RecordingSink("two")]
    await scenario.arun("n", "d", [agent()], script=SPEAK, sinks=sinks)
    assert sinks[0].facts == sinks[1].facts


async def test_a_sink_that_raises_is_named_once_and_the_result_stands(caplog):
    other = RecordingSink()
    result = await scenario.arun("n", "d", [agent()], script=SPEAK, sinks=[FailingSink(), other])
    assert result.success
    assert other.record().concluded is not None
    (record,) = caplog.records
    assert record.getMessage().startswith(
        "`failing` did not get everything: 8 failed (last error: ValueError: disk full)"
    )


async def test_a_slow_sink_delays_the_end_by_the_bound_and_no_longer(caplog):
    slow = SlowSink()
    bus = ScenarioEventBus(sinks=[slow], drain_timeout=0.01)
    playing = executor([agent()], SPEAK, event_bus=bus)
    assert await playing.run()
    (trouble,) = await bus.drained()
    assert (trouble.name, trouble.waiting) == ("slow", 8)
    assert "8 not delivered in time" in caplog.text
    slow.release.set()
    assert bus.drain(10) == []
    assert len(slow.facts) == 8


async def test_a_full_queue_drops_and_counts():
    slow = SlowSink()
    bus = ScenarioEventBus(sinks=[slow], drain_timeout=10, capacity=3)
    await executor([agent()], SPEAK, event_bus=bus).run()
    slow.release.set()
    (trouble,) = bus.drain()
    assert trouble.dropped == 5
    assert "5 dropped because it was too slow" in str(trouble)
    assert len(slow.facts) == 3


async def test_b35_a_bus_without_sinks_starts_no_thread():
    bus = ScenarioEventBus()
    before = threading.active_count()
    await executor([agent()], SPEAK, event_bus=bus).run()
    assert threading.active_count() == before
    assert bus.drain() == []
    assert bus.is_completed()


async def test_threads_of_sinks_end_when_everything_is_delivered():
    sink = RecordingSink("short-lived")
    await scenario.arun("n", "d", [agent()], script=SPEAK, sinks=[sink])
    for thread in threading.enumerate():
        if thread.name == "scenario-sink-short-lived":
            thread.join(10)
    assert "scenario-sink-short-lived" not in [thread.name for thread in threading.enumerate()]


async def test_one_bus_serves_many_executors_and_many_runs():
    sink = RecordingSink()
    bus = ScenarioEventBus(sinks=[sink])
    one, two = (executor([agent()], SPEAK, event_bus=bus) for _ in range(2))
    await one.run()
    await two.run()
    await one.run()
    await bus.drained()
    assert [type(fact).__name__ for fact in sink.facts].count("Concluded") == 3
    assert bus.is_completed()


async def test_a_reporter_gets_the_events_of_the_protocol():
    reporter = Reporter()
    bus = ScenarioEventBus(reporter)
    _, told = await play([agent()], SPEAK, event_bus=bus)
    bus.drain()
    assert reporter.events == told.events
    assert bus.is_completed()


async def test_a_reporter_that_raises_is_tried_again():
    reporter = Reporter(failures=1)
    bus = ScenarioEventBus(reporter, max_retries=1)
    await play([], [scenario.succeed()], event_bus=bus)
    assert bus.drain() == []
    assert len(reporter.events) == 3
    assert reporter.attempts == 4


async def test_a_reporter_that_goes_on_raising_is_named(caplog):
    bus = ScenarioEventBus(Reporter(failures=99), max_retries=0)
    await play([], [scenario.succeed()], event_bus=bus)
    (trouble,) = bus.drain()
    assert (trouble.name, trouble.failed) == ("Reporter", 3)


def test_the_built_in_reporter_knows_where_its_server_is(monkeypatch):
    monkeypatch.setenv("LANGWATCH_ENDPOINT", "http://127.0.0.1:9/")
    reporter = EventReporter(api_key="secret")
    assert (reporter.endpoint, reporter.api_key) == ("http://127.0.0.1:9", "secret")


async def test_a_bus_is_not_completed_while_a_run_goes_on():
    bus = ScenarioEventBus(sinks=[RecordingSink()])
    seen = []
    await executor(
        [], [lambda state: seen.append(bus.is_completed()), scenario.succeed()], event_bus=bus
    ).run()
    await bus.drained()
    assert seen == [False]
    assert bus.is_completed()


def test_sinks_beside_a_bus_are_refused():
    with pytest.raises(TypeError, match="Give the sinks to the event bus"):
        executor(event_bus=ScenarioEventBus(), sinks=[RecordingSink()])
