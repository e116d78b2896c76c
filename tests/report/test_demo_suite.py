"""A suite of five scenarios with twenty trials each, played into a store: its figures are those made by hand."""

from __future__ import annotations

import dataclasses
import math

import pytest

from report.played import RATES, TRIALS, is_good
from scenario.faults import FaultKind
from scenario.statistics import Counts, Steadiness
from scenario.store import open_store, queries
from scenario.store.conversations import Conversation, conversations
from scenario.types import CriterionStatus

PASSED = {name: sum(is_good(name, trial) for trial in range(1, TRIALS + 1)) for name in RATES}
BY_HAND = {
    "greets the customer": 20,
    "finds the order": 16,
    "gives a refund": 15,
    "hands over <script>alert('x')</script>": 10,
    "speaks Latin": 0,
}


def of(document, name):
    (found,) = [each for each in document.summary.scenarios if each.label == name]
    return found


def test_the_agent_fails_as_its_seeds_say():
    assert PASSED == BY_HAND


def test_every_trial_is_counted_and_those_of_the_judge_are_left_out(document):
    summary = document.summary

    assert summary.counts == Counts(sum(BY_HAND.values()), 100)
    assert summary.trials == 102
    assert summary.left_out == {FaultKind.JUDGE: 2}
    assert {each.label: each.counts.passed for each in summary.scenarios} == BY_HAND


def test_the_interval_of_the_suite_is_wilsons(document):
    z2, rate, trials = 1.959963984540054**2, sum(BY_HAND.values()) / 100, 100
    centre = (rate + z2 / 200) / (1 + z2 / 100)
    half = math.sqrt(z2) / (1 + z2 / 100) * math.sqrt(rate * (1 - rate) / trials + z2 / 40_000)

    assert document.summary.interval.low == pytest.approx(centre - half)
    assert document.summary.interval.high == pytest.approx(centre + half)


@pytest.mark.parametrize("k", [1, 2, 5, 10, 20])
def test_pass_at_k_and_pass_hat_k_are_means_of_shares_of_choices(document, k):
    (found,) = [each for each in document.summary.passes if each.k == k]
    all_pass = [math.comb(passed, k) / math.comb(20, k) for passed in BY_HAND.values()]
    any_passes = [1 - math.comb(20 - passed, k) / math.comb(20, k) for passed in BY_HAND.values()]

    assert found.all_pass == pytest.approx(sum(all_pass) / 5)
    assert found.any_passes == pytest.approx(sum(any_passes) / 5)
    assert found.all_interval.holds(found.all_pass)


def test_how_steadily_each_passes(document):
    found = {each.label: each.steadiness for each in document.summary.scenarios}

    assert list(found.values()) == [
        Steadiness.ALWAYS,
        Steadiness.USUALLY,
        Steadiness.USUALLY,
        Steadiness.MIXED,
        Steadiness.NEVER,
    ]


def test_turns_and_cost_are_those_of_the_trials_that_count(document):
    measures = of(document, "gives a refund").measures

    assert (measures.turns.count, measures.turns.mean) == (20, 1)
    assert (measures.cost.count, measures.cost.median) == (20, pytest.approx(0.001))
    assert measures.tokens.most == 120
    assert document.summary.usage.cost == pytest.approx(0.102)


def test_the_conversations_come_with_their_verdicts_and_evidence(document):
    trial = of(document, "speaks Latin").of.trials[0]
    conversation = document.said_in(trial)
    (verdict,) = conversation.verdicts

    assert [row.message["role"] for row in conversation.messages] == ["user", "assistant"]
    assert (verdict.status.value, verdict.evidence[0].quote) == ("failed", "Go away.")


def test_conversations_read_at_once_are_those_read_one_by_one(document, place):
    ids = [trial.run.id for each in document.summary.scenarios for trial in each.of.trials]
    with open_store(place) as store:
        found = conversations(store, [*ids, "nobody"] * 6)
        for run_id in ids[::25]:
            whole = queries.run(store, run_id)
            assert (found[run_id].messages, found[run_id].judgements) == (whole.messages, whole.judgements)
    assert found["nobody"] == Conversation()


def test_what_was_judged_again_does_not_change_the_verdicts_of_the_run(document):
    conversation = document.said_in(of(document, "speaks Latin").of.trials[0])
    (judgement,) = conversation.judgements
    verdict = dataclasses.replace(judgement.verdicts[0], status=CriterionStatus.PASSED)
    again = dataclasses.replace(judgement, number=1, kind="again", verdicts=(verdict,))

    assert Conversation(conversation.messages, (judgement, again)).verdicts == judgement.verdicts
