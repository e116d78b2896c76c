"""Intervals of rates and of differences: against statsmodels 0.15.0, and by adding up all that can happen.

The reference values were made once, in an environment of their own, with
``proportion_confint(passed, trials, 1 - confidence, method="wilson")`` and
``confint_proportions_2indep(after, n, before, m, method="newcomb", compare="diff")``.
"""

from __future__ import annotations

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario.statistics import Counts, Interval, bootstrap_mean, coverage, mean_difference, newcombe, wilson

WILSON = [
    (0, 5, 0.95, 0.0, 0.43448246478317476),
    (5, 5, 0.95, 0.5655175352168251, 1.0),
    (3, 5, 0.95, 0.2307242812760128, 0.882379225767352),
    (19, 20, 0.95, 0.763868806553258, 0.9911185511992047),
    (19, 20, 0.9, 0.8039927632259835, 0.9887651831491483),
    (95, 100, 0.99, 0.8608496970983599, 0.9831516839573993),
    (1, 1, 0.95, 0.20654931437723745, 1.0),
]
NEWCOMBE = [
    (19, 20, 12, 20, -0.56734348637494, -0.09023877524797586),
    (5, 5, 0, 5, -1.0, -0.38554900569034356),
    (3, 7, 10, 12, -0.022072588075711608, 0.7004279801917495),
    (0, 10, 0, 10, -0.27753279986288926, 0.27753279986288926),
]
counts = st.integers(1, 60).flatmap(lambda n: st.builds(Counts, st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(("passed", "trials", "confidence", "low", "high"), WILSON)
def test_the_wilson_interval_is_that_of_statsmodels(passed, trials, confidence, low, high):
    found = wilson(Counts(passed, trials), confidence)

    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


@pytest.mark.parametrize(("passed", "trials", "later", "of", "low", "high"), NEWCOMBE)
def test_newcombes_interval_is_that_of_statsmodels(passed, trials, later, of, low, high):
    found = newcombe(Counts(passed, trials), Counts(later, of))

    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)


@given(counts)
def test_the_ends_of_the_wilson_interval_are_where_the_score_test_is_at_its_level(found):
    """The definition: |rate - p| is z standard errors of p away, at either end."""
    interval = wilson(found)
    for end in (interval.low, interval.high):
        if 0 < end < 1:
            error = math.sqrt(end * (1 - end) / found.trials)
            assert abs(found.rate - end) / error == pytest.approx(1.959963984540054, rel=1e-9)


@given(counts, st.floats(0.5, 0.99))
def test_an_interval_holds_the_rate_and_a_flipped_one_is_its_mirror(found, confidence):
    interval = wilson(found, confidence)
    mirror = wilson(Counts(found.failed, found.trials), confidence)

    assert interval.holds(found.rate)
    assert (1 - mirror.high, 1 - mirror.low) == pytest.approx((interval.low, interval.high), abs=1e-12)


def test_without_trials_every_rate_is_likely():
    assert wilson(Counts(0, 0)) == Interval(0.0, 1.0)
    assert mean_difference([]) == Interval(-1.0, 1.0)


@pytest.mark.parametrize(
    ("trials", "rate", "share"),
    [
        (5, 0.5, 0.9375), (5, 0.8, 0.9421), (5, 0.95, 0.9774),
        (20, 0.5, 0.9586), (20, 0.8, 0.9563), (20, 0.95, 0.9245),
        (100, 0.5, 0.9431), (100, 0.8, 0.9405), (100, 0.95, 0.9659),
    ],
)  # fmt: skip
def test_the_coverage_is_the_one_of_the_documentation(trials, rate, share):
    assert coverage(trials, rate) == pytest.approx(share, abs=5e-5)


def test_the_coverage_of_three_trials_is_that_of_counting_all_eight_sequences():
    sequences = itertools.product([True, False], repeat=3)
    share = sum(
        0.7 ** sum(each) * 0.3 ** (3 - sum(each))
        for each in sequences
        if wilson(Counts(sum(each), 3)).holds(0.7)
    )

    assert coverage(3, 0.7) == pytest.approx(share)


def test_the_coverage_of_many_trials_is_near_what_is_promised():
    assert coverage(3000, 0.9) == pytest.approx(0.95, abs=0.01)
    assert coverage(3000, 1.0) == 1


def test_the_interval_of_a_mean_difference_holds_the_truth_about_as_often_as_it_says():
    """Seeded: 5 scenarios of 20 trials, with different rates and different changes."""
    before, after = (0.95, 0.9, 0.7, 0.5, 1.0), (0.9, 0.6, 0.8, 0.5, 0.95)
    truth = sum(b - a for a, b in zip(before, after, strict=True)) / 5
    chance = random.Random(7)

    def play(rate):
        return Counts(sum(chance.random() < rate for _ in range(20)), 20)

    held = sum(
        mean_difference([(play(a), play(b)) for a, b in zip(before, after, strict=True)]).holds(truth)
        for _ in range(2000)
    )
    assert 0.94 <= held / 2000 <= 0.98


def test_the_bootstrap_is_the_same_for_the_same_seed():
    values = [0.2, 0.9, 1.0, 0.4, 0.7]

    assert bootstrap_mean(values, seed=3) == bootstrap_mean(values, seed=3)
    assert bootstrap_mean(values, seed=3, resamples=9) != bootstrap_mean(values, seed=4, resamples=9)


def test_the_bootstrap_comes_near_the_percentiles_of_all_resamples():
    """Of three values all 27 resamples can be counted."""
    values = [0.0, 0.3, 1.0]
    means = sorted(sum(each) / 3 for each in itertools.product(values, repeat=3))
    found = bootstrap_mean(values, confidence=0.8, resamples=20_000)

    assert found.low == pytest.approx(means[int(0.1 * 27)], abs=0.02)
    assert found.high == pytest.approx(means[int(0.9 * 27)], abs=0.02)


def test_the_bootstrap_needs_two_values_and_finds_no_spread_in_equal_ones():
    assert bootstrap_mean([0.5]) is None
    assert bootstrap_mean([0.5, 0.5]) == Interval(0.5, 0.5)


@pytest.mark.parametrize("confidence", [0, 1, 1.5])
def test_a_confidence_lies_between_0_and_1(confidence):
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(Counts(1, 2), confidence)


@pytest.mark.parametrize(("passed", "trials"), [(3, 2), (-1, 2)])
def test_counts_that_cannot_be_are_refused(passed, trials):
    with pytest.raises(ValueError, match="cannot have passed"):
        Counts(passed, trials)
