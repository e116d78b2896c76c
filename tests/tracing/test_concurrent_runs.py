"""Many runs at once: each has its own spans, and nothing stays of any of them, whatever its end."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter

import pytest
from opentelemetry.sdk.trace import SpanProcessor

import scenario
from scenario._tracing import judge_span_collector

RUNS = 200


@pytest.fixture
def collected(traces):
    """The collector of this process, on the provider of this test, and empty before and after."""
    traces.provider.add_span_processor(judge_span_collector)
    _assert_empty()
    yield judge_span_collector
    _assert_empty()


def _assert_empty():
    assert judge_span_collector._spans == {}
    assert judge_span_collector._thread_of == {}
    assert judge_span_collector._keys == {}


class Works(scenario.AgentAdapter):
    """Opens spans of its own in a task, in a thread, and in a thread of that task, each with the run's mark."""

    def __init__(self, traces, mark):
        self.traces, self.mark = traces, mark

    async def call(self, input):
        await asyncio.gather(self._in_a_task(), asyncio.to_thread(self._in_a_thread, "thread"))
        return f"done with {self.mark}"

    async def _in_a_task(self):
        with self.traces.tracer.start_as_current_span("task", attributes={"mark": self.mark}):
            await asyncio.sleep(0)
            await asyncio.to_thread(self._in_a_thread, "thread of the task")

    def _in_a_thread(self, name):
        with self.traces.tracer.start_as_current_span(name, attributes={"mark": self.mark}):
            pass


class Reads(scenario.AgentAdapter):
    """A judge that keeps what the collector shows it."""

    role = scenario.AgentRole.JUDGE

    def __init__(self):
        self.read = []

    async def call(self, input):
        self.read = judge_span_collector.get_spans_for_thread(input.thread_id)
        return scenario.ScenarioResult(success=True, messages=[])


@pytest.mark.parametrize("play", [scenario.run, scenario.arun])
async def test_spans_of_concurrent_runs_never_mix(traces, collected, untraced, play):
    script = [scenario.agent(), scenario.agent(), scenario.judge()]
    players = [(Works(traces, mark), Reads()) for mark in range(RUNS)]
    results = await asyncio.gather(*(play("n", "d", list(both), script=script) for both in players))
    assert all(result.success for result in results)
    for mark, (_, judge) in enumerate(players):
        own = ["task", "thread", "thread of the task"]
        names = Counter(span.name for span in judge.read)
        assert names == {**dict.fromkeys(own, 2), "Works.call": 2, "Scenario Turn": 1}
        assert {span.attributes["mark"] for span in judge.read if span.name in own} == {mark}
        traces_of_run = {message["trace_id"] for message in results[mark].messages}
        assert {f"{span.context.trace_id:032x}" for span in judge.read} == traces_of_run


class Speaks(scenario.AgentAdapter):
    """An agent with a span of its own around what it does; it does it in its own way."""

    def __init__(self, traces, do):
        self.traces, self.do = traces, do
        self.called = threading.Event()

    async def call(self, input):
        with self.traces.tracer.start_as_current_span("its own"):
            self.called.set()
            done = self.do()
            await asyncio.sleep(0) if done is None else await done
            with self.traces.tracer.start_as_current_span("late"):
                return "x"


def _broken():
    raise ValueError("broken")


SPEAK = [scenario.agent(), scenario.succeed()]


async def test_b19_nothing_is_left_of_a_run_that_finished(traces, collected):
    assert (await scenario.run("n", "d", [Speaks(traces, lambda: None)], script=SPEAK)).success
    _assert_empty()


async def test_b19_nothing_is_left_of_a_run_that_raised(traces, collected):
    with pytest.raises(scenario.ScenarioError, match="broken"):
        await scenario.run("n", "d", [Speaks(traces, _broken)], script=SPEAK)
    _assert_empty()


async def test_b19_nothing_is_left_of_a_run_that_was_cancelled(traces, collected):
    waits = Speaks(traces, asyncio.Event().wait)
    playing = asyncio.ensure_future(scenario.run("n", "d", [waits], script=SPEAK))
    assert await asyncio.to_thread(waits.called.wait, 20)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    _assert_empty()
    assert traces.named("Scenario Turn")


class Ended(SpanProcessor):
    """Tells when the span of this name ends."""

    def __init__(self, name):
        self.name, self.happened = name, threading.Event()

    def on_end(self, span):
        if span.name == self.name:
            self.happened.set()


@pytest.mark.parametrize("cancelled", [True, False])
async def test_b19_nothing_is_left_of_a_run_that_was_abandoned_in_a_blocked_thread(
    traces, collected, cancelled
):
    release, ended = threading.Event(), Ended("Speaks.call")
    traces.provider.add_span_processor(ended)
    blocks = Speaks(traces, lambda: release.wait(20) and None)
    limit = {} if cancelled else {"agent_timeout": 0.05}
    playing = asyncio.ensure_future(scenario.run("n", "d", [blocks], script=SPEAK, **limit))
    assert await asyncio.to_thread(blocks.called.wait, 20)
    if cancelled:
        playing.cancel()
    await asyncio.wait({playing})
    assert playing.cancelled() == cancelled
    _assert_empty()
    release.set()
    assert await asyncio.to_thread(ended.happened.wait, 20)
    _assert_empty()
