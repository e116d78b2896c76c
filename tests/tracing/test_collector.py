"""Reading spans back: the judge's collector, filters, and the set-up of the SDK."""

from __future__ import annotations

import subprocess
import sys

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from scenario._tracing import (
    FilteringSpanExporter,
    JudgeSpanCollector,
    scenario_only,
    with_custom_scopes,
)


@pytest.fixture
def collector():
    return JudgeSpanCollector()


@pytest.fixture
def tracer(collector):
    provider = TracerProvider()
    provider.add_span_processor(collector)
    return provider.get_tracer("tests")


def _names(spans):
    return [span.name for span in spans]


def test_spans_below_one_with_the_threads_id_belong_to_it(collector, tracer):
    with (
        tracer.start_as_current_span("turn", attributes={"langwatch.thread.id": "t1"}),
        tracer.start_as_current_span("call"),
        tracer.start_as_current_span("model"),
    ):
        pass
    with tracer.start_as_current_span("other", attributes={"langwatch.thread.id": "t2"}):
        pass
    assert _names(collector.get_spans_for_thread("t1")) == ["model", "call", "turn"]
    assert _names(collector.get_spans_for_thread("t2")) == ["other"]


def test_spans_of_no_conversation_are_not_held(collector, tracer):
    with tracer.start_as_current_span("mine"):
        pass
    assert collector._spans == collector._thread_of == {}


def test_a_span_that_gets_its_thread_late_belongs_to_it(collector, tracer):
    with tracer.start_as_current_span("late") as span:
        span.set_attribute("langwatch.thread.id", "t")
    assert _names(collector.get_spans_for_thread("t")) == ["late"]


def test_clearing_a_thread_leaves_nothing_of_it(collector, tracer):
    for thread in ("t1", "t2"):
        with tracer.start_as_current_span("turn", attributes={"langwatch.thread.id": thread}):
            pass
    collector.clear_spans_for_thread("t1")
    assert collector.get_spans_for_thread("t1") == []
    assert _names(collector.get_spans_for_thread("t2")) == ["turn"]
    collector.clear_spans_for_thread("t2")
    assert collector._spans == collector._thread_of == {}
    assert collector.force_flush()


def test_filters_keep_spans_by_their_scope():
    provider, kept = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(FilteringSpanExporter(kept, with_custom_scopes("mine"))))
    for scope in ("scenario", "langwatch", "mine", "other"):
        provider.get_tracer(scope).start_span(scope).end()
    assert _names(kept.get_finished_spans()) == ["scenario", "langwatch", "mine"]
    assert [scenario_only(span) for span in kept.get_finished_spans()] == [True, True, False]
    provider.force_flush()
    provider.shutdown()


def _run(code):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def test_setup_makes_a_provider_once_and_exports_what_the_filter_keeps():
    _run("""
import asyncio, scenario
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
exporter, late = InMemorySpanExporter(), InMemorySpanExporter()
class Instrumentor:
    def instrument(self, *, tracer_provider): self.provider = tracer_provider
instrumentor = Instrumentor()
scenario.configure(observability={"trace_exporter": exporter, "span_filter": scenario.scenario_only,
                                  "instrumentors": [instrumentor]}, verbose=False)
async def speak(input):
    with trace.get_tracer("mine").start_as_current_span("mine"):
        return "x"
asyncio.run(scenario.run("n", "d", [scenario.agent_from(speak)], script=[scenario.agent(), scenario.succeed()]))
scenario.setup_scenario_tracing(trace_exporter=late)
asyncio.run(scenario.run("n", "d", script=[scenario.succeed()]))
assert isinstance(trace.get_tracer_provider(), TracerProvider)
assert instrumentor.provider is trace.get_tracer_provider()
assert [s.name for s in exporter.get_finished_spans()] == ["speak.call", "Scenario Turn"], exporter.get_finished_spans()
assert not late.get_finished_spans()
from scenario._tracing import judge_span_collector
assert judge_span_collector._spans == judge_span_collector._thread_of == {}
""")


def test_setup_attaches_to_a_provider_that_is_there():
    _run("""
import scenario
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider, SpanProcessor
mine = TracerProvider()
trace.set_tracer_provider(mine)
class Seen(SpanProcessor):
    names = []
    def on_end(self, span): self.names.append(span.name)
scenario.setup_scenario_tracing(span_processors=[Seen()])
assert trace.get_tracer_provider() is mine
trace.get_tracer("x").start_span("seen").end()
assert Seen.names == ["seen"]
""")


def test_setup_leaves_a_provider_of_another_kind_alone():
    done = _run("""
import scenario
from opentelemetry import trace
trace.set_tracer_provider(trace.NoOpTracerProvider())
scenario.setup_scenario_tracing()
assert isinstance(trace.get_tracer_provider(), trace.NoOpTracerProvider)
""")
    assert "another kind" in done.stderr


def test_without_observability_no_sdk_is_loaded():
    _run("""
import asyncio, sys, scenario
asyncio.run(scenario.run("n", "d", script=[scenario.succeed()], verbose=False))
assert "opentelemetry.sdk" not in sys.modules
""")


def test_b19_a_span_that_ends_after_its_conversation_is_not_held(collector, tracer):
    late = tracer.start_span("late", attributes={"langwatch.thread.id": "t"})
    below = tracer.start_span("below")
    collector.clear_spans_for_thread("t")
    late.end()
    below.end()
    assert collector._spans == collector._thread_of == collector._keys == {}


def test_b19_a_span_that_starts_after_its_conversation_is_not_held(collector, tracer):
    with tracer.start_as_current_span("turn", attributes={"langwatch.thread.id": "t"}):
        collector.clear_spans_for_thread("t")
        tracer.start_span("late", attributes={"langwatch.thread.id": "t"}).end()
        tracer.start_span("below").end()
    assert collector._spans == collector._thread_of == collector._keys == {}


def test_a_span_below_a_call_belongs_to_its_conversation_whatever_thread_it_names(collector, tracer):
    with tracer.start_as_current_span("call", attributes={"langwatch.thread.id": "t"}):
        tracer.start_span("own", attributes={"langwatch.thread.id": "the agent's own"}).end()
    assert _names(collector.get_spans_for_thread("t")) == ["own", "call"]
    collector.clear_spans_for_thread("t")
    assert collector._spans == collector._thread_of == collector._keys == {}


@pytest.mark.parametrize("late", [True, False])
def test_conversations_that_nobody_ends_do_not_pile_up(collector, tracer, monkeypatch, late):
    monkeypatch.setattr(sys.modules[JudgeSpanCollector.__module__], "_REMEMBERED", 3)
    for number in range(10):
        with tracer.start_as_current_span(
            "s", attributes={} if late else {"langwatch.thread.id": f"t{number}"}
        ) as span:
            span.set_attribute("langwatch.thread.id", f"t{number}")
    assert list(collector._spans) == list(collector._keys) == ["t7", "t8", "t9"]
    assert len(collector._thread_of) == (0 if late else 3)
    assert len(collector._forgotten) == 3


def test_the_collector_can_be_shut_down(collector, tracer):
    tracer.start_span("s", attributes={"langwatch.thread.id": "t"}).end()
    collector.shutdown()
    assert collector._spans == collector._thread_of == collector._keys == {}
