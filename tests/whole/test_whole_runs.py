"""Whole runs, with something wrong at each player in turn: none hangs, none is lost, each tells whose fault it was."""

from __future__ import annotations

import asyncio

import pytest

import scenario
from scenario import checks
from scenario.testing import ModelServer
from whole.parts import CASES, Case, check, play

WELL, *_ = CASES


@pytest.fixture(scope="module")
def server():
    with ModelServer() as running:
        asyncio.run(
            play(scenario.run, running, WELL, 9_999)
        )  # so that no time limit counts the client's import
        yield running


QUICK = [case for case in CASES if not case.waits]
SLOW = [case for case in CASES if case.waits]


@pytest.mark.parametrize("door", [scenario.run, scenario.arun], ids=["run", "arun"])
@pytest.mark.parametrize("cases", [QUICK, SLOW], ids=["what fails at once", "what lets one wait"])
async def test_every_case_ends_as_it_should(server, door, cases):
    number = 1_000 if door is scenario.run else 2_000
    plays = [play(door, server, case, number + at) for at, case in enumerate(cases)]
    for played in await asyncio.wait_for(asyncio.gather(*plays), 40):
        check(played)


@pytest.mark.parametrize("door", [scenario.run, scenario.arun], ids=["run", "arun"])
async def test_fifty_good_runs_at_once_pass_and_count_their_calls(server, untraced, door):
    number = 3_000 if door is scenario.run else 4_000
    played = await asyncio.gather(*(play(door, server, WELL, number + at) for at in range(50)))
    for each in played:
        check(each)
        usage = each.result.usage
        assert (usage.user.calls, usage.agent.calls, usage.judge.calls) == (1, 2, 1)
        assert usage.total == usage.user + usage.agent + usage.judge
        assert usage.user.input_tokens > 0 < usage.judge.output_tokens
        assert each.result.criteria[0].supported


async def test_a_conversation_that_goes_on_by_itself(server):
    played = await play(scenario.arun, server, WELL, 5_000, script=[scenario.proceed()], max_turns=3)
    check(played)
    assert played.result.turns == 1


async def test_a_judge_that_lets_it_go_on_until_the_last_turn(server):
    case = Case("goes on", "judge", (ModelServer.call("continue_test"),) * 2)
    played = await play(scenario.run, server, case, 5_001, script=[scenario.proceed()], max_turns=3)
    check(played)
    assert played.result.turns == 3
    assert played.result.usage.judge.calls == 3


async def test_a_user_who_leaves(server):
    leaves = ModelServer.call(
        "leave_conversation", {"kind": "done", "reason": "it is found", "last_words": "Thanks!"}
    )
    case = Case("leaves", "user", ("My parcel 4711 has not come.", leaves))
    script = [scenario.user(), scenario.agent(), scenario.user(), checks.ended("done"), scenario.judge()]
    played = await play(scenario.run, server, case, 5_002, script=script)
    check(played)
    assert played.result.ending is not None
    assert played.result.messages[-1]["content"] == "Thanks!"
