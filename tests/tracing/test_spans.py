"""The executor's own spans, and those of agents inside a call."""

from __future__ import annotations

import asyncio
import json

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import scenario
from scenario._engine import spans
from support import agent, executor, failed, judge, play, play_to_error, user


class Traces:
    def __init__(self):
        self._exporter = InMemorySpanExporter()
        self.provider = TracerProvider()
        self.provider.add_span_processor(SimpleSpanProcessor(self._exporter))
        self.tracer = self.provider.get_tracer("tests")

    @property
    def all(self):
        return self._exporter.get_finished_spans()

    def named(self, name):
        return [span for span in self.all if span.name == name]


@pytest.fixture
def traces(monkeypatch):
    found = Traces()
    monkeypatch.setattr(spans, "_tracer", found.provider.get_tracer("scenario"))
    return found


async def test_one_turn_is_one_trace_with_a_span_for_each_call(traces):
    result, _ = await play([user(), agent(), judge([])], [scenario.proceed(turns=2), scenario.succeed()])
    turns = traces.named("Scenario Turn")
    assert len(turns) == 2
    assert all(span.parent is None for span in turns)
    ids = [f"{span.context.trace_id:032x}" for span in turns]
    assert [message["trace_id"] for message in result.messages] == [ids[0]] * 2 + [ids[1]] * 2
    calls = traces.named("ScriptedAgent.call")
    assert [span.attributes["scenario.role"] for span in calls] == ["User", "Agent", "Judge"] * 2
    assert [span.parent.span_id for span in calls] == [turns[0].context.span_id] * 3 + [
        turns[1].context.span_id
    ] * 3


async def test_what_a_turn_says_of_itself(traces):
    playing = executor([user()], [scenario.user("hi"), scenario.succeed()], set_id="s")
    await playing.run()
    (turn,) = traces.named("Scenario Turn")
    attributes = turn.attributes
    assert attributes["langwatch.origin"] == "simulation"
    assert attributes["scenario.run_id"] == playing.scenario_run_id
    metadata = json.loads(attributes["metadata"])
    assert metadata == {
        "labels": ["scenario"],
        "thread_id": playing.state.thread_id,
        "scenario.name": "a name",
        "scenario.batch_id": playing.batch_run_id,
        "scenario.set_id": "s",
        "scenario.turn": 0,
    }
    assert attributes["scenario.turn"] == 0


async def test_b1_the_turns_of_traces_are_numbered_one_after_the_other(traces):
    await play([agent()], [scenario.agent(), scenario.agent(), scenario.agent(), scenario.succeed()])
    assert [span.attributes["scenario.turn"] for span in traces.named("Scenario Turn")] == [0, 1, 2]


async def test_user_content_is_the_input_and_assistant_content_the_output(traces):
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    await play([user(), agent("answer")], [scenario.user("ask"), scenario.agent(), scenario.succeed()])
    (turn,) = traces.named("Scenario Turn")
    assert json.loads(turn.attributes["langwatch.input"]) == {"type": "text", "value": "ask"}
    assert json.loads(turn.attributes["langwatch.output"]) == {"type": "text", "value": "answer"}
    await play(
        [agent({"role": "assistant", "content": None, "tool_calls": [call]})],
        [scenario.agent(), scenario.succeed()],
    )
    output = json.loads(traces.named("Scenario Turn")[1].attributes["langwatch.output"])
    assert json.loads(output["value"])["tool_calls"] == [call]


async def test_a_turn_is_a_root_whatever_span_the_caller_has_open(traces):
    with traces.tracer.start_as_current_span("the caller's"):
        await play([agent()], [scenario.agent(), scenario.succeed()])
    (turn,) = traces.named("Scenario Turn")
    assert turn.parent is None


async def test_every_turn_is_closed_whatever_ends_the_run(traces):
    await play_to_error([agent(ValueError("x"))], [scenario.agent()])
    await play_to_error([agent(KeyboardInterrupt())], [scenario.agent()])
    await play([agent()], max_turns=2)
    assert len(traces.named("Scenario Turn")) == 1 + 1 + 3


async def test_a_rollback_is_noted_on_the_trace(traces):
    def roll_back(state):
        state.rollback_messages_to(0)

    await play([user()], [scenario.user("a"), scenario.user("b"), roll_back, scenario.succeed()])
    attributes = traces.named("Scenario Turn")[1].attributes
    assert attributes["scenario.rollback_index"] == 0
    assert attributes["scenario.rollback_removed_count"] == 2
    assert json.loads(attributes["metadata"])["scenario.rollback_removed_count"] == 2


async def test_a_failure_to_note_a_rollback_only_warns(traces, caplog, monkeypatch):
    playing = executor([user()])
    await playing.user("a")
    monkeypatch.setattr(spans.TurnTrace, "_set_metadata", lambda *values: 1 / 0)
    playing.rollback_messages_to(0)
    assert playing.state.messages == []
    assert "Could not note" in caplog.text


async def test_b4_a_verdict_is_an_evaluation_on_the_span_of_its_call(traces):
    await play([judge(failed("b", passed_criteria=["a", "c"]))], [scenario.judge()])
    (call,) = traces.named("ScriptedAgent.call")
    result, custom = call.events
    assert result.name == "gen_ai.evaluation.result"
    assert result.attributes["gen_ai.evaluation.score.value"] == 2 / 3
    assert result.attributes["gen_ai.evaluation.score.label"] == "fail"
    evaluation = json.loads(custom.attributes["json_encoded_event"])
    assert (evaluation["passed"], evaluation["score"]) == (False, 2 / 3)


async def test_an_exception_is_on_the_span_of_its_call(traces):
    await play_to_error([agent(ValueError("broken"))], [scenario.agent()])
    (call,) = traces.named("ScriptedAgent.call")
    assert call.status.status_code is trace.StatusCode.ERROR
    assert any(event.name == "exception" for event in call.events)


@pytest.mark.parametrize("play_both", [scenario.run, scenario.arun])
async def test_the_agents_own_spans_are_children_of_its_call(traces, play_both):
    class Traced(scenario.AgentAdapter):
        async def call(self, input):
            def in_a_thread():
                with traces.tracer.start_as_current_span("in a thread"):
                    pass

            async def in_a_task():
                with traces.tracer.start_as_current_span("in a task"):
                    await asyncio.to_thread(in_a_thread)

            await asyncio.create_task(in_a_task())
            return "done"

    await play_both("n", "d", [Traced()], script=[scenario.agent(), scenario.succeed()])
    (call,), (task,), (thread,) = (traces.named(name) for name in ("Traced.call", "in a task", "in a thread"))
    assert task.parent.span_id == call.context.span_id
    assert thread.parent.span_id == task.context.span_id


async def test_without_an_sdk_every_turn_has_a_trace_id_all_the_same():
    result, _ = await play([agent()], [scenario.agent(), scenario.agent(), scenario.succeed()])
    first, second = (message["trace_id"] for message in result.messages)
    assert first != second
    assert "0" * 32 not in {first, second}
