"""pass@k and pass^k, against counting every choice of k trials; and how steadily a scenario passes."""

from __future__ import annotations

import itertools
from fractions import Fraction
from math import comb

import pytest

from scenario.statistics import (
    Counts,
    Interval,
    Steadiness,
    pass_at_k,
    pass_hat_k,
    passes_of,
    steadiness,
    usual_ks,
)

SMALL = [Counts(passed, trials) for trials in range(1, 8) for passed in range(trials + 1)]


@pytest.mark.parametrize("counts", SMALL, ids=str)
def test_both_are_shares_of_all_choices_of_k_trials(counts):
    trials = [True] * counts.passed + [False] * counts.failed
    for k in range(1, counts.trials + 1):
        choices = list(itertools.combinations(trials, k))
        assert pass_at_k(counts, k) == pytest.approx(sum(map(any, choices)) / len(choices))
        assert pass_hat_k(counts, k) == pytest.approx(sum(map(all, choices)) / len(choices))


@pytest.mark.parametrize("rate", [Fraction(1, 2), Fraction(4, 5), Fraction(19, 20)])
@pytest.mark.parametrize("k", [1, 2, 5])
def test_both_are_unbiased(rate, k):
    """Their mean over all that can happen in eight trials is the true chance."""
    chances = [comb(8, x) * rate**x * (1 - rate) ** (8 - x) for x in range(9)]
    at = sum(float(chance) * pass_at_k(Counts(x, 8), k) for x, chance in enumerate(chances))
    hat = sum(float(chance) * pass_hat_k(Counts(x, 8), k) for x, chance in enumerate(chances))

    assert at == pytest.approx(float(1 - (1 - rate) ** k))
    assert hat == pytest.approx(float(rate**k))


@pytest.mark.parametrize("k", [0, 4])
def test_k_is_at_most_the_number_of_trials(k):
    with pytest.raises(ValueError, match="which is 3"):
        pass_at_k(Counts(1, 3), k)
    with pytest.raises(ValueError, match="which is 3"):
        pass_hat_k(Counts(1, 3), k)


def test_a_suite_has_the_mean_over_its_scenarios():
    (one, two) = passes_of([Counts(2, 2), Counts(1, 2), Counts(0, 2)], [1, 2])

    assert (one.any_passes, one.all_pass) == (pytest.approx(0.5), pytest.approx(0.5))
    assert (two.any_passes, two.all_pass) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert two.all_interval == Interval(0.0, 1.0)


def test_scenarios_with_too_few_trials_are_left_out_and_counted():
    found = passes_of([Counts(5, 5), Counts(1, 1)], [1, 5, 6])

    assert [(each.k, each.scenarios) for each in found] == [(1, 2), (5, 1)]
    assert found[1].all_interval is None


def test_the_usual_numbers_of_tries_end_with_the_trials():
    assert usual_ks(5) == [1, 2, 3, 5]
    assert usual_ks(0) == []


@pytest.mark.parametrize(
    ("passed", "trials", "found"),
    [
        (4, 4, Steadiness.ALWAYS),
        (3, 3, Steadiness.UNCLEAR),
        (0, 4, Steadiness.NEVER),
        (0, 3, Steadiness.UNCLEAR),
        (0, 0, Steadiness.UNCLEAR),
        (19, 20, Steadiness.USUALLY),
        (15, 20, Steadiness.USUALLY),  # from 0.53
        (14, 20, Steadiness.MIXED),  # from 0.48
        (1, 20, Steadiness.MIXED),
    ],
)
def test_how_steadily_a_scenario_passes(passed, trials, found):
    assert steadiness(Counts(passed, trials)) is found


def test_a_scenario_is_flaky_when_it_passed_and_failed():
    assert [kind for kind in Steadiness if kind.is_flaky] == [Steadiness.USUALLY, Steadiness.MIXED]
