"""Who speaks next, as pure functions."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scenario._engine.turns import first_turn, following, next_speaker, pending_roles, speaker_for
from scenario.types import AgentRole
from support import AGENT, JUDGE, USER

ROLES = st.lists(st.sampled_from(AgentRole), max_size=6)


def _everybody(turn):
    speakers = []
    while True:
        turn, speaker = next_speaker(turn)
        if speaker is None:
            return speakers, turn
        speakers.append(speaker)


def test_a_turn_holds_user_agent_and_judge_in_this_order_whoever_plays():
    assert pending_roles(first_turn([])) == [USER, AGENT, JUDGE]


def test_agents_speak_by_role_and_then_in_list_order():
    speakers, _ = _everybody(first_turn([JUDGE, AGENT, USER, AGENT, USER]))
    assert speakers == [2, 4, 1, 3, 0]


def test_a_role_keeps_its_place_until_the_next_role_is_reached():
    turn, _ = next_speaker(first_turn([USER, AGENT]))
    assert pending_roles(turn) == [USER, AGENT, JUDGE]
    turn, _ = next_speaker(turn)
    assert pending_roles(turn) == [AGENT, JUDGE]


def test_a_place_without_a_role_never_speaks():
    speakers, _ = _everybody(first_turn([AGENT, None]))
    assert speakers == [0]


def test_asking_for_a_role_drops_the_roles_before_it():
    turn, speaker = speaker_for(first_turn([USER, AGENT]), AGENT)
    assert speaker == 1
    assert pending_roles(turn) == [AGENT, JUDGE]


def test_asking_for_a_role_that_has_spoken_finds_nobody():
    turn, _ = speaker_for(first_turn([USER, AGENT]), AGENT)
    assert speaker_for(turn, AGENT)[1] is None
    assert speaker_for(turn, USER)[1] is None


def test_the_following_turn_counts_up_and_is_full_again():
    opening = first_turn([AGENT])
    _, spent = _everybody(opening)
    assert following(spent, opening) == type(opening)(1, opening.queue)


@given(ROLES)
def test_everybody_speaks_exactly_once_in_a_turn(roles):
    speakers, turn = _everybody(first_turn(roles))
    assert sorted(speakers) == list(range(len(roles)))
    assert pending_roles(turn) == []


@given(ROLES, st.lists(st.sampled_from([None, *AgentRole]), max_size=12))
def test_no_move_skips_a_waiting_agent_of_the_role_that_speaks(roles, moves):
    """None lets the turn go on by itself; a role is asked for. Nobody speaks twice in a turn."""
    turn = first_turn(roles)
    spoken: list[int] = []
    for wanted in moves:
        before = dict(turn.queue)
        turn, speaker = next_speaker(turn) if wanted is None else speaker_for(turn, wanted)
        if speaker is None:
            continue
        role = roles[speaker]
        assert speaker == before[role][0], "the first of its role in the list is the one who speaks"
        if wanted is None:
            earlier = list(AgentRole)[: list(AgentRole).index(role)]
            assert not any(before.get(each) for each in earlier), "nobody of an earlier role still waits"
        spoken.append(speaker)
    assert len(spoken) == len(set(spoken))
