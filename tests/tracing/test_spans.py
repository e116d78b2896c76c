"""The executor's own spans, and those of agents inside a call."""

from __future__ import annotations

import asyncio
import contextvars
import json
import os
import random
import subprocess
import sys

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF

import scenario
from scenario._engine import spans
from scenario._genai import CAPTURE_VARIABLE, SCHEMA_URL
from support import agent, executor, failed, judge, play, play_to_error, said, user
from tracing.traces import Traces

CALL = {"id": "call_1", "type": "function", "function": {"name": "find_order", "arguments": '{"id": 7}'}}


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


async def test_trace_ids_do_not_follow_from_the_seed_of_others():
    found = set()
    for _ in range(2):
        random.seed(7)
        result, _ = await play([agent()], [scenario.agent(), scenario.succeed()])
        found.add(result.messages[0]["trace_id"])
    assert len(found) == 2
    random.seed(7)
    expected = random.random()
    random.seed(7)
    await play([agent()], [scenario.agent(), scenario.succeed()])
    assert random.random() == expected


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_process_has_trace_ids_of_its_own():
    program = (
        "import os\nfrom scenario._engine.spans import _new_trace_id\n_new_trace_id()\n"
        "child = os.fork()\nif child: os.waitpid(child, 0)\nprint(_new_trace_id(), flush=True)\n"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert len(set(told.split())) == 2


async def test_a_turn_of_two_has_three_spans(traces):
    reply = [
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "assistant", "content": "done"},
    ]
    await play([user(), agent(reply)], max_turns=2)
    first = traces.named("Scenario Turn")[0].context.trace_id
    assert [span.name for span in traces.all if span.context.trace_id == first] == [
        "ScriptedAgent.call",
        "ScriptedAgent.call",
        "Scenario Turn",
    ]


async def test_a_call_speaks_the_conventions_too(traces):
    playing = executor([agent()], [scenario.agent(), scenario.succeed()])
    await playing.run()
    (call,) = traces.named("ScriptedAgent.call")
    thread_id = playing.state.thread_id
    assert dict(call.attributes) == {
        "langwatch.span.type": "agent",
        "langwatch.thread.id": thread_id,
        "scenario.role": "Agent",
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": "agent",
        "gen_ai.conversation.id": thread_id,
    }
    assert traces.named("Scenario Turn")[0].attributes["gen_ai.conversation.id"] == thread_id


def test_the_spans_name_the_schema_of_the_conventions():
    tracer = trace.get_tracer("x", schema_url=SCHEMA_URL)
    assert (
        spans.tracer()._schema_url
        == tracer._schema_url
        == "https://opentelemetry.io/schemas/gen-ai-dev/1.42.0-dev"
    )


async def test_tool_calls_that_an_agent_reports_are_events_of_its_call(traces):
    reply = [
        {"role": "assistant", "content": None, "tool_calls": [CALL, {**CALL, "id": "call_2"}]},
        {"role": "tool", "tool_call_id": "call_1", "content": "on its way"},
        {"role": "assistant", "content": "It is on its way."},
    ]
    await play([agent(reply)], [scenario.agent(), scenario.succeed()])
    (call,) = traces.named("ScriptedAgent.call")
    assert [event.name for event in call.events] == ["execute_tool", "execute_tool"]
    assert dict(call.events[0].attributes) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.type": "function",
        "gen_ai.tool.name": "find_order",
        "gen_ai.tool.call.id": "call_1",
    }


async def _captured(traces):
    reply = [
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "on its way"},
        {"role": "assistant", "content": "It is on its way."},
    ]
    script = [scenario.user("Where is it?"), scenario.agent(), scenario.agent("more"), scenario.succeed()]
    await play([user(), agent(reply)], script)
    (call,) = traces.named("ScriptedAgent.call")
    return call


CAPTURING = [("environment", "true"), ("environment", "SPAN_ONLY"), ("config", True)]


def _switch(monkeypatch, where, value):
    if where == "environment":
        monkeypatch.setenv(CAPTURE_VARIABLE, value)
    else:
        scenario.configure(observability={"capture_message_content": value})


@pytest.mark.parametrize(("where", "value"), CAPTURING)
async def test_words_are_on_spans_when_somebody_says_so(traces, monkeypatch, where, value):
    _switch(monkeypatch, where, value)
    call = await _captured(traces)
    assert json.loads(call.attributes["gen_ai.input.messages"]) == [
        {"role": "user", "parts": [{"type": "text", "content": "Where is it?"}]}
    ]
    assert json.loads(call.attributes["gen_ai.output.messages"]) == [
        {
            "role": "assistant",
            "parts": [{"type": "tool_call", "id": "call_1", "name": "find_order", "arguments": {"id": 7}}],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": "on its way"}]},
        {"role": "assistant", "parts": [{"type": "text", "content": "It is on its way."}]},
    ]
    (event,) = call.events
    assert event.attributes["gen_ai.tool.call.arguments"] == '{"id": 7}'
    assert event.attributes["gen_ai.tool.call.result"] == "on its way"


@pytest.mark.parametrize(
    ("where", "value"), [("environment", "false"), ("environment", "event_only"), ("config", False)]
)
async def test_words_stay_off_the_spans_of_calls_otherwise(traces, monkeypatch, where, value):
    monkeypatch.setenv(CAPTURE_VARIABLE, "true")
    _switch(monkeypatch, where, value)
    call = await _captured(traces)
    told = str(dict(call.attributes)) + str([dict(event.attributes) for event in call.events])
    assert not [word for word in ("Where is it?", "on its way", '"id": 7') if word in told]


async def test_a_call_carries_what_is_new_to_the_agent_so_that_long_conversations_stay_linear(
    traces, monkeypatch
):
    monkeypatch.setenv(CAPTURE_VARIABLE, "true")
    script = [scenario.user("a"), scenario.agent(), scenario.user("b"), scenario.agent(), scenario.succeed()]
    await play([user(), agent("one", "two")], script)
    asked = [
        json.loads(span.attributes["gen_ai.input.messages"]) for span in traces.named("ScriptedAgent.call")
    ]
    assert [[part["content"] for message in each for part in message["parts"]] for each in asked] == [
        ["a"],
        ["b"],
    ]


async def test_the_last_words_of_a_user_who_leaves_are_its_output(traces, monkeypatch):
    monkeypatch.setenv(CAPTURE_VARIABLE, "true")
    leaves = scenario.UserEnding(scenario.EndingKind.DONE, "has what it wanted", "Bye!")
    await play([user(leaves)], [scenario.user(), scenario.succeed()])
    (call,) = traces.named("ScriptedAgent.call")
    assert "Bye!" in call.attributes["gen_ai.output.messages"]


async def test_what_went_wrong_is_named_by_its_type(traces):
    await play_to_error([agent(ValueError("broken"))], [scenario.agent()])
    (call,) = traces.named("ScriptedAgent.call")
    assert call.attributes["error.type"] == "ValueError"


async def test_half_a_surrogate_pair_is_escaped(traces):
    await play([agent("half: \ud83d")], [scenario.agent(), scenario.succeed()])
    output = traces.named("Scenario Turn")[0].attributes["langwatch.output"]
    output.encode()
    assert json.loads(output)["value"] == "half: \ud83d"


class Breaks(SpanProcessor):
    def __init__(self, where, name):
        self.where, self.name = where, name

    def on_start(self, span, parent_context=None):
        self._break("start", span.name)

    def on_end(self, span):
        self._break("end", span.name)

    def _break(self, where, name):
        if (where, name) == (self.where, self.name):
            raise RuntimeError("this processor is broken")


@pytest.mark.parametrize("where", ["start", "end"])
@pytest.mark.parametrize("name", ["Scenario Turn", "ScriptedAgent.call"])
async def test_a_broken_processor_does_not_break_a_run(traces, caplog, where, name):
    traces.provider.add_span_processor(Breaks(where, name))
    result, _ = await play([user(), agent()], [scenario.user(), scenario.agent(), scenario.succeed()])
    assert result.success
    assert said(result) == [("user", "hello"), ("assistant", "hi there")]
    assert "this processor is broken" in caplog.text


async def test_words_that_json_cannot_hold_do_not_break_a_run(traces, caplog):
    circle = []
    circle.append(circle)
    executor([agent()])._scene.trace.said({"role": "assistant", "content": None, "circle": circle})
    assert "incomplete" in caplog.text


async def test_a_trace_that_is_not_sampled_costs_no_words(monkeypatch):
    unsampled = Traces(sampler=ALWAYS_OFF)
    monkeypatch.setattr(spans, "_tracer", unsampled.provider.get_tracer("scenario"))
    monkeypatch.setenv(CAPTURE_VARIABLE, "true")
    seen = []

    def look(input):
        seen.append((trace.get_current_span().get_span_context(), spans.current_call.get()))
        return "x"

    result = await scenario.arun(
        "n", "d", [scenario.agent_from(look)], script=[scenario.agent(), scenario.succeed()]
    )
    ((context, call),) = seen
    assert f"{context.trace_id:032x}" == result.messages[0]["trace_id"]
    assert not context.trace_flags.sampled
    assert call is None
    assert unsampled.all == ()


async def test_without_a_provider_nothing_is_computed(monkeypatch):
    monkeypatch.setattr(spans.TraceLabels, "metadata", lambda *turn: 1 / 0)
    monkeypatch.setattr(spans, "RecordedCall", None)
    result, _ = await play([agent()], [scenario.agent(), scenario.succeed()])
    assert result.success


async def test_the_call_is_over_for_everybody_when_it_ends(traces):
    seen = []

    async def look(input):
        seen.append(spans.current_call.get())
        return "x"

    await scenario.arun("n", "d", [scenario.agent_from(look)], script=[scenario.agent(), scenario.succeed()])
    assert seen[0].thread_id
    assert spans.current_call.get() is None
    assert trace.get_current_span() is trace.INVALID_SPAN


async def test_an_sdk_that_is_switched_off_is_as_good_as_none(monkeypatch):
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    monkeypatch.setattr(spans, "_tracer", Traces().provider.get_tracer("scenario"))
    result, _ = await play([agent()], [scenario.agent(), scenario.succeed()])
    assert len(result.messages[0]["trace_id"].strip("0")) > 0


async def test_a_call_that_is_given_up_in_another_context_ends_its_span(traces, caplog):
    class Waits(scenario.AgentAdapter):
        async def call(self, input):
            await asyncio.get_running_loop().create_future()

    stepping = executor([Waits()]).step()
    contextvars.copy_context().run(stepping.send, None)
    contextvars.copy_context().run(stepping.close)
    assert len(traces.named("Waits.call")) == 1
    assert "incomplete" not in caplog.text
