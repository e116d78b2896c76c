"""scenario.scripted_user_agent: phrasings, shared instances, and input that cannot be followed."""

from __future__ import annotations

import asyncio

import pytest

import scenario
from scenario import EndingKind, Goal, ScriptedUserAgent
from scenario._scripted_user.agenda import Say, next_move, replies_in
from scenario.errors import ConfigError
from support import agent, judge, play
from support import said as words

PHRASINGS = [f"hello {number}" for number in range(20)]


def opening(seed):
    return next_move(ScriptedUserAgent(PHRASINGS, seed=seed)._agenda, []).text


def test_one_of_several_phrasings_is_said():
    assert opening(0) in PHRASINGS


def test_the_same_seed_makes_the_same_choice():
    assert opening(7) == opening(7)


def test_other_seeds_make_other_choices():
    assert len({opening(seed) for seed in range(20)}) > 5


def test_the_same_phrasings_are_chosen_from_anew_at_each_move():
    agenda = ScriptedUserAgent("hi", goals=[Goal("When?", "days")], nudges=PHRASINGS, patience=20)._agenda
    said = {next_move(agenda, ["hello", *["a"] * length]).text for length in range(1, 20)}
    assert len(said) > 5


def test_the_same_conversation_leads_to_the_same_move():
    agenda = ScriptedUserAgent("hi", goals=["a", "b"], answers={"name": PHRASINGS})._agenda
    replies = ["hello", "name?", "ok"]
    assert next_move(agenda, replies) == next_move(agenda, replies) == Say("b")


def test_a_phrasing_may_be_chosen_for_goals_answers_reactions_and_nudges():
    agenda = ScriptedUserAgent(
        "hi", goals=[Goal(["a", "a"])], answers={"x": ("b", "b")}, reactions={"y": ["c"]}, nudges=["d"]
    )._agenda
    moves = [next_move(agenda, [reply]).text for reply in ("hello", "x?", "y!", "")]
    assert moves == ["a", "b", "c", "d"]


def test_replies_are_gathered_after_each_message_of_the_user():
    roles = ("assistant", "user", "assistant", "tool", "assistant", "assistant", "user")
    contents = ("greeting", "hi", "a", "found", None, "b", "bye")
    messages = [{"role": role, "content": text} for role, text in zip(roles, contents, strict=True)]
    assert replies_in(messages) == ["a\nb", ""]


async def test_one_instance_takes_part_in_many_runs_at_once():
    user = ScriptedUserAgent("tea?", goals=["milk?"], answers={"size": "large"})
    quick, slow = agent("yes"), agent("size?", "yes")
    runs = await asyncio.gather(*(play([user, each], max_turns=5) for each in (quick, slow, quick)))
    said = [[text for role, text in words(result) if role == "user"] for result, _ in runs]
    assert said == [["tea?", "milk?"], ["tea?", "large", "milk?"], ["tea?", "milk?"]]


async def test_after_a_rollback_the_user_stands_where_the_conversation_stands():
    user = ScriptedUserAgent("tea?", goals=["milk?", "sugar?"])

    def take_back(state):
        state.rollback_messages_to(2)

    script = [scenario.proceed(2), take_back, scenario.user(), scenario.succeed()]
    result, _ = await play([user, agent("yes")], script)
    assert words(result)[-1] == ("user", "milk?")


async def test_a_user_who_leaves_ends_the_conversation_and_says_how():
    result, _ = await play([ScriptedUserAgent("tea?", closing="Thanks"), agent("yes")], max_turns=5)
    assert words(result)[-1] == ("user", "Thanks")
    assert (result.success, result.ending.kind) == (True, EndingKind.DONE)


async def test_a_user_who_gives_up_leaves_the_run_a_failure():
    user = ScriptedUserAgent("tea?", goals=[Goal("When?", "days")], patience=0)
    result, _ = await play([user, agent("yes")], max_turns=5)
    assert (result.success, result.ending.kind) == (False, EndingKind.GAVE_UP)


async def test_a_user_who_leaves_leaves_the_verdict_to_the_judge():
    verdict = scenario.ScenarioResult(success=False, messages=[], reasoning="the judge's")
    result, _ = await play([ScriptedUserAgent("tea?"), agent("yes"), judge([], verdict)], max_turns=5)
    assert (result.reasoning, result.ending.kind) == ("the judge's", EndingKind.DONE)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"answers": {"(a": "b"}}, r"'\(a' in answers is not a regular expression: missing \)"),
        ({"reactions": {"*": "b"}}, r"'\*' in reactions is not a regular expression"),
        ({"done_when": "["}, r"'\[' in done_when is not a regular expression"),
        ({"handed_over_when": "+"}, r"'\+' in handed_over_when is not a regular expression"),
        ({"goals": [Goal("a", until="?")]}, r"'\?' in goals is not a regular expression"),
        ({"goals": [[]]}, r"goals needs a text or a list of texts, not \[\]"),
        ({"goals": [Goal([])]}, "goals needs a text or a list of texts"),
        ({"goals": [["a", 5]]}, r"goals needs a text or a list of texts, not \['a', 5\]"),
        ({"answers": {"a": []}}, "answers needs a text or a list of texts"),
        ({"reactions": {"a": []}}, "reactions needs a text or a list of texts"),
        ({"nudges": []}, "nudges needs a text or a list of texts"),
        ({"patience": -1}, "patience cannot be -1"),
    ],
)
def test_an_agenda_that_cannot_be_followed_is_refused_at_once(options, text):
    with pytest.raises(ConfigError, match=f"ScriptedUserAgent: {text}") as raised:
        ScriptedUserAgent("hi", **options)
    assert raised.value.source == next(iter(options))


def test_an_opening_that_is_none_is_refused_at_once():
    with pytest.raises(ConfigError, match=r"opening needs a text or a list of texts, not \[\]"):
        ScriptedUserAgent([])
