"""Conversations that go on by themselves: turns, limits, callbacks, and a user who leaves."""

from __future__ import annotations

import pytest

import scenario
from scenario import EndingKind, UserEnding
from support import JUDGE, agent, executor, judge, passed, play, said, user


async def test_b1_turns_are_numbered_from_zero_and_one_after_the_other():
    seen = []
    _, told = await play(
        [user(), agent()],
        [scenario.proceed(on_step=lambda state: seen.append(state.current_turn))],
        max_turns=3,
    )
    assert seen == [0, 0, 1, 1, 2, 2]
    assert [fact.turn for fact in told.facts if type(fact).__name__ == "TurnOpened"] == [0, 1, 2, 3]


async def test_max_turns_is_that_many_whole_turns():
    playing_judge = judge([])
    result, _ = await play([user(), agent(), playing_judge], max_turns=2)
    assert playing_judge.calls == 2
    assert len(result.messages) == 4
    assert result.reasoning == "Reached maximum turns (2) without conclusion"


async def test_on_turn_is_called_for_every_new_turn_and_awaited():
    seen = []

    async def on_turn(state):
        seen.append(state.current_turn)

    await play([agent()], [scenario.proceed(on_turn=on_turn)], max_turns=3)
    assert seen == [1, 2, 3]


async def test_on_step_is_called_after_the_judges_verdict_too():
    seen = []
    await play([agent(), judge([], passed())], [scenario.proceed(on_step=seen.append)])
    assert len(seen) == 4


@pytest.mark.parametrize(("turns", "messages"), [(1, 2), (2, 4), (3, 6)])
async def test_a_number_of_turns(turns, messages):
    result, _ = await play([user(), agent(), judge([])], [scenario.proceed(turns=turns), scenario.succeed()])
    assert len(result.messages) == messages


async def test_no_turns_is_no_step():
    result, _ = await play([user(), agent()], [scenario.proceed(turns=0), scenario.succeed()])
    assert result.messages == []


async def test_turns_count_from_the_turn_in_which_the_first_step_falls():
    script = [scenario.user("u"), scenario.proceed(turns=1), scenario.succeed()]
    result, _ = await play([user(), agent()], script)
    assert len(result.messages) == 2
    script = [scenario.user("u"), scenario.agent("a"), scenario.proceed(turns=2), scenario.succeed()]
    result, _ = await play([user(), agent(), judge([])], script)
    assert len(result.messages) == 4, "the judge's part of the first turn was the first step"


async def test_a_script_may_be_longer_than_max_turns():
    script = [step for _ in range(6) for step in (scenario.user("u"), scenario.agent("a"))]
    result, _ = await play([user(), agent()], [*script, scenario.succeed()], max_turns=2)
    assert len(result.messages) == 12


async def test_proceeding_after_a_long_script_finishes_the_open_turn_and_stops():
    script = [step for _ in range(3) for step in (scenario.user("u"), scenario.agent("a"))]
    result, _ = await play([user(), agent(), judge([])], [*script, scenario.proceed()], max_turns=2)
    assert len(result.messages) == 6
    assert "maximum turns (2)" in result.reasoning


async def test_new_turns_of_scripted_steps_do_not_call_on_turn():
    seen = []

    def nothing(state):
        seen.append("on_turn")

    script = [
        scenario.proceed(turns=1, on_turn=nothing),
        scenario.user("u"),
        scenario.agent("a"),
        scenario.succeed(),
    ]
    await play([user(), agent()], script)
    assert seen == []


async def test_several_agents_of_a_role_speak_in_list_order_each_turn():
    one, two = user("one"), user("two")
    result, _ = await play([two, agent("a"), one], [scenario.proceed(turns=2), scenario.succeed()])
    assert [content for _, content in said(result)] == ["two", "one", "a"] * 2
    assert [m["content"] for m in one.inputs[0].new_messages] == ["two"]


async def test_b18_missing_roles_are_passed_over_by_a_loop():
    result, _ = await play([], max_turns=5000)
    assert "maximum turns (5000)" in result.reasoning


LEAVES = UserEnding(EndingKind.DONE, "it has what it wanted", "bye")


async def test_a_user_who_leaves_brings_the_run_to_the_judge():
    final = judge([], passed("c"))
    result, _ = await play([user("hi", LEAVES), agent(), final])
    assert result.success
    assert [content for _, content in said(result)] == ["hi", "hi there", "bye"]
    assert final.inputs[-1].judgment_request is not None
    assert result.ending == LEAVES


async def test_a_user_who_leaves_lets_the_script_go_on():
    seen = []
    script = [scenario.proceed(), seen.append, scenario.succeed()]
    result, told = await play([user(LEAVES), agent()], script)
    assert len(seen) == 1
    assert result.ending == LEAVES
    assert "UserLeft" in told.kinds()


@pytest.mark.parametrize(
    ("kind", "success"),
    [(EndingKind.DONE, True), (EndingKind.GAVE_UP, False), (EndingKind.HANDED_OVER, False)],
)
async def test_without_a_judge_how_the_user_left_decides(kind, success):
    result, _ = await play([user(UserEnding(kind, "so it was")), agent()])
    assert result.success is success
    assert "so it was" in result.reasoning
    assert kind.value in result.reasoning


async def test_checkpoints_decide_before_how_the_user_left():
    script = [scenario.proceed(), scenario.checks.said("hi")]
    result, _ = await play([user("x", UserEnding(EndingKind.GAVE_UP, "no")), agent()], script)
    assert result.reasoning == "All inline criteria checkpoints passed"


async def test_only_a_user_can_leave():
    with pytest.raises(RuntimeError, match=r"\[ScriptedAgent\] Only an agent of the role USER"):
        await executor([agent(LEAVES)], [scenario.agent()]).run()


async def test_on_step_is_called_for_the_verdict_after_the_user_left():
    seen = []
    players = [user(LEAVES), judge(passed())]
    assert players[1].role is JUDGE
    await play(players, [scenario.proceed(on_step=seen.append)])
    assert len(seen) == 2
