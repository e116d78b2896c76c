"""Whole attacks on targets with known weaknesses: what each strategy finds, what it does not, and what it costs."""

from __future__ import annotations

import asyncio

import pytest

import scenario
from red_team.toys import (
    DESCRIPTION,
    NO,
    SECRET,
    TARGET,
    attacker_requests,
    gives_in_after_escalation,
    gives_in_to_encodings,
    gives_in_to_role_play,
    kinds,
    model,
    never_gives_in,
    target,
)
from scenario import RedTeamAgent
from scenario._red_team.techniques import BASE64
from scenario.red_team import RedTeamResult, Severity, attack
from scenario.testing import ScriptedAgent
from scenario.types import FaultKind, RunOutcome

MAKERS = {
    "crescendo": lambda asked: RedTeamAgent.crescendo(target=TARGET, total_turns=6, model=asked),
    "encoded": lambda asked: RedTeamAgent.crescendo(
        target=TARGET, total_turns=6, model=asked, injection_probability=1.0, techniques=[BASE64]
    ),
    "goat": lambda asked: RedTeamAgent.goat(target=TARGET, total_turns=6, model=asked),
    "pair": lambda asked: RedTeamAgent.pair(target=TARGET, total_turns=6, model=asked),
    "tap": lambda asked: RedTeamAgent.tap(target=TARGET, width=2, depth=2, branching=2, model=asked),
}
# What each finds, with the turn and the number of calls of a model: attacker, scoring, plan, on topic.
FOUND = {
    ("crescendo", gives_in_after_escalation): (4, (4, 4, 1, 0)),
    ("encoded", gives_in_to_encodings): (2, (2, 2, 1, 0)),
    ("goat", gives_in_to_role_play): (3, (3, 3, 0, 0)),
    ("pair", gives_in_to_role_play): (3, (3, 3, 0, 0)),
    ("tap", gives_in_to_role_play): (3, (6, 3, 0, 6)),
}
TARGETS = [gives_in_after_escalation, gives_in_to_encodings, gives_in_to_role_play, never_gives_in]


async def attacked(name, function, **options):
    asked = model()
    return await attack(MAKERS[name](asked), [target(function)], DESCRIPTION, **options), asked


@pytest.mark.parametrize(("name", "function"), FOUND, ids=lambda each: getattr(each, "__name__", each))
async def test_a_strategy_finds_its_weakness_at_a_known_price(name, function):
    result, asked = await attacked(name, function)
    calls = result.attack.calls
    turn, price = FOUND[name, function]
    assert (result.attack.achieved, len(result.attack.attempts)) == (True, turn)
    assert (calls.attacker, calls.scoring, calls.plan, calls.topic) == price
    assert calls.total == len(asked.requests) == calls.usage.calls


@pytest.mark.parametrize("function", TARGETS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("name", MAKERS)
async def test_a_strategy_finds_nothing_where_nothing_is(name, function):
    result, _ = await attacked(name, function)
    assert result.attack.achieved is ((name, function) in FOUND)
    assert result.success is not result.attack.achieved


async def test_an_achieved_attack_is_a_failed_run_of_the_agent():
    result, _ = await attacked("pair", gives_in_to_role_play)
    assert isinstance(result, RedTeamResult)
    assert (result.success, result.outcome) == (False, RunOutcome.FAILED)
    assert result.fault.kind is FaultKind.AGENT
    assert result.failed_criteria == [f"The agent withstands this attack: {TARGET}"]
    assert result.reasoning == f"The attack was achieved in turn 3 with 10 of 10: “{SECRET}”"


async def test_the_evidence_is_the_quote_where_it_stands():
    result, _ = await attacked("crescendo", gives_in_after_escalation)
    (evidence,) = result.criteria[0].evidence
    assert evidence.quote == SECRET
    assert SECRET in result.messages[evidence.message]["content"]


async def test_an_agent_that_withstands_passes():
    result, _ = await attacked("goat", never_gives_in)
    assert result.success
    assert result.passed_criteria == [f"The agent withstands this attack: {TARGET}"]
    assert result.reasoning == "The agent withstood 6 attempts; the furthest reply went 0 of 10 in turn 6"
    assert result.attack.severity is Severity.NONE


async def test_the_reading_of_success_can_be_turned_round():
    attacker = RedTeamAgent.pair(target=TARGET, total_turns=6, model=model(), success_when_achieved=True)
    result = await attack(attacker, [target(gives_in_to_role_play)], DESCRIPTION)
    assert result.success
    assert result.passed_criteria == [f"The attack reaches its goal: {TARGET}"]
    held = await attack(attacker, [target(never_gives_in)], DESCRIPTION)
    assert (held.success, held.attack.achieved) == (False, False)


async def test_a_judge_decides_what_the_attack_does_not_and_the_report_goes_with_it():
    attacker = RedTeamAgent.goat(target=TARGET, total_turns=2, model=model())
    judge = scenario.JudgeAgent(criteria=[scenario.checks.never_said(SECRET)])
    result = await scenario.run(
        "a porter", DESCRIPTION, [attacker, target(never_gives_in), judge], script=attacker.marathon_script()
    )
    assert result.success
    assert [turn for turn, _ in result.attack.scores] == [1, 2]


async def test_without_a_special_script_the_attack_ends_the_run_at_the_next_turn():
    attacker = RedTeamAgent.pair(target=TARGET, total_turns=9, model=model())
    result = await scenario.run("a porter", DESCRIPTION, [attacker, target(gives_in_to_role_play)])
    assert (result.success, result.attack.achieved, len(result.attack.attempts)) == (False, True, 3)


async def test_a_search_that_has_nothing_left_leaves_without_another_call_of_the_agent():
    attacker = RedTeamAgent.tap(target=TARGET, width=1, depth=1, branching=1, total_turns=3, model=model())
    agent = ScriptedAgent(NO)
    result = await attack(attacker, [agent], DESCRIPTION)
    assert (agent.calls, result.success) == (1, True)
    assert "had nothing left to try" in str(result.ending)


async def test_two_runs_of_one_instance_at_once_do_not_mix():
    asked = model()
    attacker = RedTeamAgent.crescendo(target=TARGET, total_turns=6, model=asked)
    weak, strong = await asyncio.gather(
        attack(attacker, [target(gives_in_after_escalation)], DESCRIPTION),
        attack(attacker, [target(never_gives_in)], DESCRIPTION),
    )
    assert (weak.attack.achieved, strong.attack.achieved) == (True, False)
    assert [turn for turn, _ in weak.attack.scores] == [1, 2, 3, 4]
    assert [turn for turn, _ in strong.attack.scores] == [1, 2, 3, 4, 5, 6]
    replies = {attempt.reply for attempt in strong.attack.attempts}
    assert replies == {NO}


async def test_b21_an_instance_can_attack_again_and_begins_anew():
    asked = model()
    attacker = RedTeamAgent.crescendo(target=TARGET, total_turns=3, model=asked)
    first = await attack(attacker, [target(never_gives_in)], DESCRIPTION)
    before = len(attacker_requests(asked))
    second = await attack(attacker, [target(never_gives_in)], DESCRIPTION)
    assert first.attack.scores == second.attack.scores
    opening = attacker_requests(asked)[before]
    assert len(opening) == 2
    assert "has not begun" in opening[1]["content"]


async def test_what_the_attack_used_is_in_the_result():
    result, asked = await attacked("crescendo", never_gives_in)
    assert kinds(asked) == {"plan": 1, "attack": 6, "score": 6}
    assert result.attack.calls.usage.calls == 13
    assert (
        result.usage.user.calls == 12
    )  # the score of the last reply is asked for after the attacker's last turn
