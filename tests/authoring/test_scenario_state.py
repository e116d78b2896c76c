"""scenario.scenario_state: a state made by hand."""

from __future__ import annotations

import asyncio

import pytest

import scenario
from authoring.conversations import agent_calls, agent_says, call, image_part, text_part, tool_says, user_says
from scenario import ScenarioState
from scenario.config import ScenarioConfig
from scenario.errors import NoStageError
from scenario.testing import ScriptedAgent

TALK = [
    user_says("Where is order 7?"),
    agent_calls(call("find", {"id": 7}, "a"), call("find", {"id": 8}, "b"), content="I look it up."),
    tool_says("on its way", "a"),
    agent_says("It is on its way."),
    user_says("Thanks"),
    agent_calls(call("close", "{}", "c")),
]


def state(*messages):
    return ScenarioState(messages=messages)


def test_a_state_needs_nothing():
    empty = ScenarioState()
    assert (empty.description, empty.messages, empty.thread_id, empty.current_turn) == ("", [], "", 0)
    assert (empty.config, empty.reply_times, empty.ending) == (ScenarioConfig(), [], None)


def test_a_state_keeps_what_it_is_made_of():
    config = ScenarioConfig(max_turns=3)
    given = ScenarioState("about tea", TALK, "thread", 4, config)
    assert (given.description, given.messages, given.thread_id) == ("about tea", TALK, "thread")
    assert (given.current_turn, given.config) == (4, config)


def test_a_state_has_a_list_of_messages_of_its_own():
    messages = [user_says("hi")]
    given = ScenarioState(messages=messages)
    messages.append(user_says("there"))
    assert given.messages == [user_says("hi")]


def test_a_state_made_by_hand_has_no_stage():
    given = ScenarioState()
    assert given._executor is None
    with pytest.raises(NoStageError, match=r"Put the step into the `script` of `scenario\.run`"):
        _ = given.stage


def test_a_state_of_a_run_knows_its_stage():
    stage = object()
    given = ScenarioState(stage=stage)
    assert given.stage is given._executor is stage


async def test_the_state_of_a_run_that_is_over_can_still_be_read():
    kept = []
    script = [scenario.agent(), kept.append, scenario.succeed()]
    await scenario.arun("n", "d", [ScriptedAgent("hello")], script=script, verbose=False)
    (state,) = kept
    assert state.last_message()["content"] == "hello"
    with pytest.raises(NoStageError, match="belongs to no running scenario"):
        _ = state.stage
    state.add_message(user_says("there"))
    assert state.last_user_message()["content"] == "there"


def test_the_state_of_an_executor_keeps_its_stage():
    executor = scenario.ScenarioExecutor("n", "d", [ScriptedAgent("hello")], verbose=False)
    asyncio.run(executor.run())
    assert executor.state.stage is executor


def test_add_message_adds_a_copy():
    message, given = user_says("hi"), ScenarioState()
    given.add_message(message)
    message["content"] = "changed"
    assert given.messages == [user_says("hi")]


def test_messages_of_a_state_of_a_run_are_copies_that_follow_it():
    said = [user_says("a")]
    given = ScenarioState(said=said)
    given.messages[0]["content"] = "changed"
    said.append(user_says("b"))
    assert (said, given.said[0]) == ([user_says("a"), user_says("b")], user_says("a"))
    assert given.messages[1:] == [user_says("b")]


def test_messages_of_a_state_of_a_run_are_copied_anew_after_a_cut():
    said = [user_says("a"), user_says("b")]
    given = ScenarioState(said=said)
    assert given.messages == said
    said[1:] = [user_says("c")]
    given.cut(1)
    assert given.messages == [user_says("a"), user_says("c")]


@pytest.mark.parametrize("method", ["last_message", "last_user_message", "first_user_message"])
def test_a_message_that_is_looked_up_is_a_copy(method):
    given = state(user_says("a"))
    getattr(given, method)()["content"] = "changed"
    assert given.messages == [user_says("a")]


def test_tool_calls_that_are_looked_up_are_copies():
    given = state(agent_calls(call("find")))
    given.tool_calls()[0]["function"]["name"] = "changed"
    given.last_tool_call("find")["function"]["name"] = "changed"
    assert given.messages == [agent_calls(call("find"))]


def test_rollback_cuts_and_returns_what_was_cut():
    given = state(*TALK)
    assert given.rollback_messages_to(2) == TALK[2:]
    assert given.messages == TALK[:2]


@pytest.mark.parametrize("index", [6, 7, 1000])
def test_rollback_past_the_end_does_nothing(index):
    given = state(*TALK)
    assert given.rollback_messages_to(index) == []
    assert given.messages == TALK


def test_rollback_to_the_start_leaves_nothing():
    given = state(*TALK)
    assert given.rollback_messages_to(0) == TALK
    assert given.messages == []


def test_rollback_to_a_negative_index_names_it():
    with pytest.raises(ValueError, match="index must be >= 0, got -1"):
        state(*TALK).rollback_messages_to(-1)


class RecordingStage:
    def __init__(self):
        self.asked = []

    def add_message(self, message):
        self.asked.append(message)

    def rollback_messages_to(self, index):
        self.asked.append(index)
        return ["removed"]


def test_a_state_of_a_run_leaves_both_to_the_stage():
    stage = RecordingStage()
    given = ScenarioState(stage=stage)
    given.add_message(user_says("hi"))
    assert given.rollback_messages_to(0) == ["removed"]
    assert (stage.asked, given.messages) == ([user_says("hi"), 0], [])


def test_the_last_message_is_the_newest():
    assert state(*TALK).last_message() == TALK[-1]


def test_the_last_user_message_is_the_users_newest():
    assert state(*TALK).last_user_message() == TALK[4]


def test_the_first_user_message_is_the_users_oldest():
    assert state(agent_says("Welcome"), *TALK).first_user_message() == TALK[0]


def test_the_last_agent_message_is_the_agents_newest():
    assert state(*TALK[:5]).last_agent_message() == TALK[3]


def test_without_messages_there_is_no_last_one():
    with pytest.raises(ValueError, match="No messages found"):
        state().last_message()


@pytest.mark.parametrize(
    ("method", "role"),
    [("last_user_message", "user"), ("first_user_message", "user"), ("last_agent_message", "assistant")],
)
def test_a_role_that_said_nothing_has_no_message(method, role):
    with pytest.raises(ValueError, match=f"No {role} message found"):
        getattr(state(tool_says("42")), method)()


def test_tool_calls_come_in_the_order_of_the_conversation():
    assert [each["id"] for each in state(*TALK).tool_calls()] == ["a", "b", "c"]


def test_tool_calls_of_one_tool_leave_out_the_others():
    assert [each["id"] for each in state(*TALK).tool_calls("find")] == ["a", "b"]
    assert state(*TALK).tool_calls("refund") == []


def test_the_last_tool_call_is_the_first_of_its_kind_in_the_newest_message():
    again = agent_calls(call("find", {}, "d"), call("find", {}, "e"))
    assert state(*TALK, again).last_tool_call("find")["id"] == "d"


def test_the_last_tool_call_looks_past_messages_without_one():
    assert state(*TALK).last_tool_call("find")["id"] == "a"


def test_a_tool_that_was_not_called_has_no_last_call():
    assert state(*TALK).last_tool_call("refund") is None


def test_has_tool_call_says_whether_a_tool_was_called():
    assert state(*TALK).has_tool_call("close")
    assert not state(*TALK).has_tool_call("refund")


def test_b42_tool_calls_none_is_no_call():
    given = state(agent_says("hi", tool_calls=None), *TALK[:2], agent_says("hi", tool_calls=None))
    assert given.has_tool_call("find")
    assert not given.has_tool_call("refund")
    assert len(given.tool_calls()) == 2


def test_a_call_without_a_function_is_no_call_of_a_tool():
    given = state(agent_calls({"id": "1", "type": "custom"}))
    assert not given.has_tool_call("find")
    assert len(given.tool_calls()) == 1


def test_without_turns_all_messages_are_of_the_open_one():
    assert state(*TALK).turns() == [TALK]
    assert state().turns() == [[]]


def test_turns_hold_the_messages_that_were_said_in_them():
    given = ScenarioState()
    given.begin_turn(0)
    given.add_message(TALK[0])
    given.begin_turn(1)
    given.begin_turn(2)
    given.add_message(TALK[3])
    assert (given.turns(), given.current_turn) == ([[TALK[0]], [], [TALK[3]]], 2)


def test_turns_in_which_something_was_said_are_counted():
    given = state(TALK[0])
    given.begin_turn(1)
    given.begin_turn(2)
    assert given.spoken_turns() == 1
    given.add_message(TALK[3])
    assert given.spoken_turns() == 2


def test_a_rollback_leaves_the_turns_and_takes_their_messages():
    given = state(*TALK[:2])
    given.begin_turn(1)
    given.add_message(TALK[4])
    given.rollback_messages_to(1)
    assert given.turns() == [[TALK[0]], []]
    given.add_message(TALK[3])
    assert given.turns() == [[TALK[0]], [TALK[3]]]


def test_a_transcript_has_a_line_for_each_message_call_and_result():
    assert state(*TALK).transcript().splitlines() == [
        "user: Where is order 7?",
        "assistant: I look it up.",
        'assistant calls find({"id": 7})',
        'assistant calls find({"id": 8})',
        "tool: on its way",
        "assistant: It is on its way.",
        "user: Thanks",
        "assistant calls close({})",
    ]


def test_a_transcript_shows_content_parts_as_text():
    given = state(user_says([text_part("See:"), image_part()]))
    assert given.transcript() == "user: See:\n[image]"


def test_a_transcript_of_nothing_is_empty():
    assert state().transcript() == ""


def test_a_state_prints_its_turn_and_its_last_words():
    assert repr(ScenarioState(messages=[user_says("a"), user_says("b" * 99)])) == (
        f"ScenarioState(turn 0, 2 messages, last: {'b' * 60!r})"
    )


def test_an_empty_state_prints_no_last_words():
    assert repr(ScenarioState(current_turn=3)) == "ScenarioState(turn 3, 0 messages)"
