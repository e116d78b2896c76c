"""The headers that join the spans of an agent behind HTTP to the trace of its turn."""

from __future__ import annotations

import asyncio
import copy
import re

import pytest
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.sdk.trace import sampling
from opentelemetry.trace import TraceState

import scenario
from scenario._engine import spans
from support import agent, play
from tracing.traces import Traces


class Asks(scenario.AgentAdapter):
    def __init__(self):
        self.headers = []
        self.spans = []

    async def call(self, input):
        self.headers.append(input.propagation_headers)
        self.spans.append(trace.get_current_span().get_span_context())
        return "x"


TWICE = [scenario.agent(), scenario.agent(), scenario.succeed()]


async def test_outside_a_run_there_are_none():
    assert scenario.AgentInput(thread_id="t", messages=[], new_messages=[]).propagation_headers == {}


@pytest.mark.parametrize("play_both", [scenario.run, scenario.arun])
async def test_without_an_sdk_the_trace_is_the_turns_and_the_span_is_nobodys(play_both):
    asks = Asks()
    result = await play_both("n", "d", [asks], script=TWICE)
    found = [
        re.fullmatch(r"00-([0-9a-f]{32})-([0-9a-f]{16})-00", each["traceparent"]) for each in asks.headers
    ]
    assert [match[1] for match in found] == [message["trace_id"] for message in result.messages]
    assert found[0][2] != found[1][2]
    assert "0" * 16 not in {match[2] for match in found}
    assert all(list(each) == ["traceparent"] for each in asks.headers)


@pytest.mark.parametrize("play_both", [scenario.run, scenario.arun])
async def test_with_an_sdk_they_name_the_span_of_the_call(traces, play_both):
    asks = Asks()
    await play_both("n", "d", [asks], script=TWICE)
    expected = [f"00-{span.trace_id:032x}-{span.span_id:016x}-{span.trace_flags:02x}" for span in asks.spans]
    assert [each["traceparent"] for each in asks.headers] == expected
    assert [span.context.span_id for span in traces.named("Asks.call")] == [
        span.span_id for span in asks.spans
    ]
    remote = trace.get_current_span(propagate.extract(asks.headers[0])).get_span_context()
    assert (remote.trace_id, remote.span_id) == (asks.spans[0].trace_id, asks.spans[0].span_id)
    assert remote.trace_flags.sampled


async def test_the_call_is_named_and_not_what_the_agent_has_open_in_it(traces):
    def ask(input):
        with traces.tracer.start_as_current_span("inner"):
            headers.append(input.propagation_headers["traceparent"])
        return "x"

    headers = []
    await scenario.arun("n", "d", [scenario.agent_from(ask)], script=[scenario.agent(), scenario.succeed()])
    (call,) = traces.named("ask.call")
    assert f"-{call.context.span_id:016x}-" in headers[0]


async def test_a_trace_that_is_not_sampled_says_so(monkeypatch):
    monkeypatch.setattr(spans, "_tracer", Traces(sampler=sampling.ALWAYS_OFF).provider.get_tracer("scenario"))
    asks = Asks()
    await scenario.arun("n", "d", [asks], script=TWICE)
    assert f"{asks.spans[0].span_id:016x}" in asks.headers[0]["traceparent"]
    assert int(asks.headers[0]["traceparent"][-2:], 16) & 1 == 0


class WithState(sampling.Sampler):
    def should_sample(self, *arguments, **options):
        return sampling.SamplingResult(
            sampling.Decision.RECORD_AND_SAMPLE, trace_state=TraceState([("vendor", "v1")])
        )

    def get_description(self):
        return "with a state"


async def test_the_state_of_the_trace_and_the_baggage_come_along(monkeypatch):
    monkeypatch.setattr(spans, "_tracer", Traces(sampler=WithState()).provider.get_tracer("scenario"))
    asks = Asks()
    token = context.attach(baggage.set_baggage("tenant", "42"))
    try:
        await scenario.run("n", "d", [asks], script=TWICE)
    finally:
        context.detach(token)
    assert asks.headers[0]["tracestate"] == "vendor=v1"
    assert asks.headers[0]["baggage"] == "tenant=42"


async def test_they_stay_the_same_for_a_call_and_for_copies_of_its_input():
    playing = agent()
    await play([playing], [scenario.agent(), scenario.agent(), scenario.succeed()])
    first, second = playing.inputs
    assert first.propagation_headers == first.propagation_headers == copy.deepcopy(first).propagation_headers
    assert first.propagation_headers != second.propagation_headers


async def test_to_change_them_changes_nothing():
    playing = agent()
    await play([playing], [scenario.agent(), scenario.succeed()])
    playing.inputs[0].propagation_headers["traceparent"] = "mine"
    assert playing.inputs[0].propagation_headers["traceparent"] != "mine"


async def test_they_are_no_part_of_the_inputs_data():
    playing = agent()
    await play([playing], [scenario.agent(), scenario.succeed()])
    fields = {"thread_id", "messages", "new_messages", "judgment_request", "scenario_state"}
    assert set(dict(playing.inputs[0])) == fields
    assert "traceparent" not in repr(playing.inputs[0])
    assert "_called_in" not in repr(playing.inputs[0])


async def test_each_of_many_runs_has_its_own():
    asks = [Asks() for _ in range(20)]
    results = await asyncio.gather(*(scenario.run("n", "d", [each], script=TWICE) for each in asks))
    told = [each.headers[0]["traceparent"][3:35] for each in asks]
    assert told == [result.messages[0]["trace_id"] for result in results]
    assert len(set(told)) == 20
