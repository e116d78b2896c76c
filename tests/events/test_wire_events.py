"""The events of the protocol: their attributes, their form on the wire, and how they follow from facts."""

from __future__ import annotations

import json

from inline_snapshot import snapshot

import scenario
from scenario._engine.facts import StepFinished
from scenario._events import convert_messages_to_api_client_messages
from scenario._events.events import EventProjection
from scenario._events.messages import AssistantMessage, OtherMessage, ToolMessage
from scenario.testing import FakeClock
from support import agent, executor, failed, judge, play, user

CALL = {"id": "call_1", "type": "function", "function": {"name": "find", "arguments": '{"id": 7}'}}


async def test_the_form_on_the_wire():
    reply = [
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "call_1", "content": "{}"},
    ]
    script = [scenario.user("hi"), scenario.agent(), scenario.judge()]
    _, told = await play(
        [user(), agent(reply), judge(failed("polite", passed_criteria=["quick"]))],
        script,
        clock=FakeClock(1.5),
        metadata={"team": "qa", "description": "ignored"},
    )
    wire = [event.to_dict() for event in told.events]
    for event in wire:
        event["batchRunId"] = "batch"
    for message in wire[-2]["messages"]:
        message["trace_id"] = "trace"
    assert json.loads(json.dumps(wire)) == wire
    assert [wire[0], wire[-2], wire[-1]] == snapshot(
        [
            {
                "type": "SCENARIO_RUN_STARTED",
                "timestamp": 1500,
                "batchRunId": "batch",
                "scenarioId": "a name",
                "scenarioRunId": "scenariorun_2",
                "rawEvent": None,
                "scenarioSetId": "default",
                "metadata": {"team": "qa", "name": "a name", "description": "a description"},
            },
            {
                "type": "SCENARIO_MESSAGE_SNAPSHOT",
                "timestamp": 1500,
                "batchRunId": "batch",
                "scenarioId": "a name",
                "scenarioRunId": "scenariorun_2",
                "rawEvent": None,
                "scenarioSetId": "default",
                "messages": [
                    {"trace_id": "trace", "id": "scenariomsg_1", "role": "user", "content": "hi"},
                    {
                        "trace_id": "trace",
                        "id": "scenariomsg_2",
                        "role": "assistant",
                        "content": "",
                        "toolCalls": [
                            {
                                "id": "call_1",
                                "type": "function",
                                "function": {"name": "find", "arguments": '{"id": 7}'},
                            }
                        ],
                    },
                    {
                        "trace_id": "trace",
                        "id": "scenariomsg_3",
                        "role": "tool",
                        "content": "{}",
                        "toolCallId": "call_1",
                    },
                ],
            },
            {
                "type": "SCENARIO_RUN_FINISHED",
                "timestamp": 1500,
                "batchRunId": "batch",
                "scenarioId": "a name",
                "scenarioRunId": "scenariorun_2",
                "rawEvent": None,
                "scenarioSetId": "default",
                "status": "FAILED",
                "results": {
                    "verdict": "failure",
                    "metCriteria": ["quick"],
                    "unmetCriteria": ["polite"],
                    "reasoning": "not fine",
                },
            },
        ]
    )


async def test_a_snapshot_stays_as_it_was_and_compares_like_a_list():
    _, told = await play([user()], [scenario.user("a"), scenario.user("b"), scenario.succeed()])
    first = told.events[1].messages
    assert len(first) == 1
    assert first == [first[0]]
    assert first != []
    assert list(first[:1]) == [first[0]]
    assert "content='a'" in repr(first)


async def test_a_snapshot_after_a_rollback_has_the_new_conversation_only():
    def roll_back(state):
        state.rollback_messages_to(1)

    script = [scenario.user("a"), scenario.user("b"), roll_back, scenario.user("c"), scenario.succeed()]
    _, told = await play([user()], script)
    assert [message.content for message in told.events[-2].messages] == ["a", "c"]
    shown = [[message.content for message in event.messages] for event in told.events[1:-1]]
    assert ["a", "b"] in shown, "an earlier snapshot keeps what it showed"


async def test_who_subscribes_in_the_middle_of_a_run_gets_whole_snapshots():
    late = []
    playing = executor([user()])
    playing.script = [
        scenario.user("a"),
        lambda state: playing.events.subscribe(late.append) and None,
        scenario.user("b"),
        scenario.succeed(),
    ]
    await playing.run()
    assert [message.content for message in late[-2].messages] == ["a", "b"]


async def test_a_message_is_converted_once_however_often_it_is_shown(monkeypatch):
    converted = []
    import scenario._events.events as module

    original = module.convert_message
    monkeypatch.setattr(
        module, "convert_message", lambda message: converted.append(message) or original(message)
    )
    await play([user()], [*(scenario.user(str(n)) for n in range(20)), scenario.succeed()])
    assert len(converted) == 20


def test_facts_of_no_run_stand_for_no_event():
    assert EventProjection().project(StepFinished("r", 0.0, 1, "x")) is None


def test_b38_content_is_never_a_python_repr():
    messages = [
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "assistant", "content": [{"type": "text", "text": "é"}]},
    ]
    first, second = convert_messages_to_api_client_messages(messages)
    assert first.content == ""
    assert second.content == '[{"type": "text", "text": "é"}]'


def test_roles_without_a_class_are_passed_through():
    (message,) = convert_messages_to_api_client_messages([{"role": "developer", "content": "d"}])
    assert type(message) is OtherMessage
    assert message.to_dict().keys() == {"id", "role", "content"}


def test_odd_tool_calls_are_passed_on():
    odd = [{"id": 3, "function": {"name": "f", "arguments": {"a": 1}}}, "nonsense", {"function": None}]
    messages = [{"role": "assistant", "tool_calls": odd}, {"role": "tool"}]
    assistant, tool = convert_messages_to_api_client_messages(messages)
    assert isinstance(assistant, AssistantMessage)
    assert [call.function.arguments for call in assistant.tool_calls] == ['{"a": 1}', "", ""]
    assert isinstance(tool, ToolMessage)
    assert tool.tool_call_id == ""


def test_a_message_without_an_id_gets_one():
    (message,) = convert_messages_to_api_client_messages([{"role": "user", "content": "x"}])
    assert message.id.startswith("scenariomsg_")
