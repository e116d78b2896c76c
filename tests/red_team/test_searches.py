"""The searches as plans over scores: bounds, what is kept, what is refined."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenario.errors import ConfigError
from scenario.red_team import Exhausted, Expand, PairPlan, Send, TapPlan, TapStrategy, Variation

relaxed = settings(deadline=None)
small = st.integers(1, 4)


def played(plan, scores, topics=None):
    """The plan at its end, and how it was before each wish."""
    plans, sent = [plan], 0
    while not isinstance(wish := plan.wants(), Exhausted):
        if isinstance(wish, Expand):
            new = [
                Variation(
                    f"{len(plan.nodes) + place}",
                    topics is None or topics[(len(plan.nodes) + place) % len(topics)],
                )
                for place in range(wish.count)
            ]
            plan = plan.grown(wish, new)
        else:
            plan = plan.scored(wish.node.id, scores[sent % len(scores)])
            sent += 1
        plans.append(plan)
    return plan, plans


@relaxed
@given(small, small, small, st.lists(st.integers(0, 10), min_size=1), st.lists(st.booleans(), min_size=1))
def test_a_tree_keeps_its_width_depth_and_branching(width, depth, branching, scores, topics):
    end, plans = played(TapPlan(width, depth, branching), scores, topics)
    assert max(node.depth for node in end.nodes) <= depth
    assert all(len(plan.parents) <= max(width, 1) for plan in plans)
    for level in range(1, depth + 1):
        assert sum(node.depth == level for node in end.nodes) <= branching * (1 if level == 1 else width)
    assert sum(node.score is not None for node in end.nodes) <= end.most_attempts


@relaxed
@given(small, small, small, st.lists(st.integers(0, 10), min_size=1))
def test_a_tree_without_anything_off_topic_sends_what_it_can(width, depth, branching, scores):
    end, _ = played(TapPlan(width, depth, branching), scores)
    assert sum(node.score is not None for node in end.nodes) == end.most_attempts


@relaxed
@given(small, small, st.lists(st.integers(0, 10), min_size=1), st.lists(st.booleans(), min_size=1))
def test_a_tree_never_sends_what_is_off_topic(width, depth, scores, topics):
    end, _ = played(TapPlan(width, depth, 3), scores, topics)
    assert all(node.score is None for node in end.nodes if not node.on_topic)


@relaxed
@given(st.lists(st.integers(0, 10), min_size=4, max_size=4))
def test_a_tree_grows_from_the_best_of_a_level(scores):
    plan = TapPlan(2, 2, 4)
    plan = plan.grown(plan.wants(), [Variation(str(place)) for place in range(4)])
    for place, score in enumerate(scores):
        plan = plan.scored(place, score)
    kept = [scores[place] for place in plan.parents]
    assert kept == sorted(scores, reverse=True)[:2]


def test_a_tree_whose_variations_are_all_off_topic_ends():
    plan = TapPlan(2, 2, 2)
    plan = plan.grown(plan.wants(), [Variation("a", on_topic=False), Variation("b", on_topic=False)])
    assert plan.wants() == Exhausted()


@relaxed
@given(st.integers(1, 12), st.lists(st.integers(0, 10), min_size=1))
def test_the_best_of_a_refinement_never_falls(attempts, scores):
    end, plans = played(PairPlan(attempts), scores)
    best = [plan.best.score for plan in plans if plan.best is not None]
    assert best == sorted(best)
    assert len(end.nodes) == attempts


@relaxed
@given(st.lists(st.integers(0, 10), min_size=1, max_size=8))
def test_a_refinement_starts_from_the_best(scores):
    plan = PairPlan(20)
    for place, score in enumerate(scores):
        plan = plan.grown(plan.wants(), [Variation(str(place))]).scored(place, score)
    assert plan.wants().parent.score == max(scores)


def test_an_attempt_is_sent_until_it_has_a_score():
    plan = PairPlan(2).grown(PairPlan(2).wants(), [Variation("a")])
    assert isinstance(plan.wants(), Send)
    assert plan.wants() == plan.wants()


@pytest.mark.parametrize("wrong", ["width", "depth", "branching"])
def test_a_tree_of_nothing_is_refused(wrong):
    with pytest.raises(ConfigError, match=rf"TapStrategy\({wrong}=0\)"):
        TapStrategy(**{wrong: 0})


def test_the_usual_tree_has_12_attempts():
    assert TapStrategy().most_attempts == 2 + 4 + 6 == 12
