"""Tests of a difference: against scipy 1.17.1 and statsmodels 0.15.0, and by counting all that could have happened.

The reference values were made once, in an environment of their own, with ``fisher_exact(table, alternative=...)``,
``binomtest(won, lost + won, alternative="less")``, ``mcnemar(table, exact=True)``, ``multipletests(method="holm")`` and
``proportion_effectsize(after, before)``.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario.statistics import Counts, effect_size, fisher, holm, mcnemar, sign_flips, stratified

FISHER = [
    (19, 20, 12, 20, 0.009828009828009828, 0.9993857493857494),
    (5, 5, 0, 5, 0.003968253968253969, 1.0),
    (3, 7, 10, 12, 0.990454076367389, 0.09468524251805985),
    (0, 10, 0, 10, 1.0, 1.0),
    (18, 20, 20, 20, 1.0, 0.24358974358974364),
]
MCNEMAR = [
    (8, 1, 0.01953125, 0.0390625),
    (5, 5, 0.623046875, 1.0),
    (3, 0, 0.125, 0.25),
    (12, 4, 0.0384063720703125, 0.076812744140625),
]


@pytest.mark.parametrize(("passed", "trials", "later", "of", "worse", "better"), FISHER)
def test_fishers_test_is_that_of_scipy(passed, trials, later, of, worse, better):
    found = fisher(Counts(passed, trials), Counts(later, of))

    assert (found.worse, found.better) == pytest.approx((worse, better), rel=1e-9)


@pytest.mark.parametrize(("lost", "won", "worse", "p_value"), MCNEMAR)
def test_mcnemars_test_is_that_of_scipy_and_statsmodels(lost, won, worse, p_value):
    found = mcnemar(lost, won)

    assert found.worse == pytest.approx(worse)
    assert found.p_value == pytest.approx(p_value)


def by_relabelling(strata):
    """The chance of as many passes after, or fewer: counted over every way to deal the trials to the sides."""
    seen = sum(sum(after) for _, after in strata)
    ways = [
        [sum(chosen) for chosen in itertools.combinations([*before, *after], len(after))]
        for before, after in strata
    ]
    totals = [sum(each) for each in itertools.product(*ways)]
    return Fraction(sum(each <= seen for each in totals), len(totals))


@pytest.mark.parametrize(
    "strata",
    [
        [([1, 1, 1, 0], [1, 0, 0, 0])],
        [([1, 1, 1], [0, 0, 1]), ([1, 0], [0, 0, 0])],
        [([1], [0]), ([1], [1]), ([0], [1]), ([1], [0]), ([1], [0])],
        [([1, 1, 0], [1, 0, 0]), ([1, 1], [1, 0]), ([0, 0], [0, 1])],
    ],
)
def test_the_permutation_test_counts_every_way_to_deal_trials_to_sides(strata):
    pairs = [(Counts(sum(a), len(a)), Counts(sum(b), len(b))) for a, b in strata]

    assert stratified(pairs).worse == pytest.approx(float(by_relabelling(strata)))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=12))
def test_with_one_trial_on_each_side_the_permutation_test_is_mcnemars(pairs):
    found = stratified([(Counts(a, 1), Counts(b, 1)) for a, b in pairs])
    wanted = mcnemar(lost=sum(a > b for a, b in pairs), won=sum(a < b for a, b in pairs))

    assert (found.worse, found.better) == pytest.approx((wanted.worse, wanted.better))


def test_signs_are_flipped_in_every_way():
    """Four scenarios that all got worse: one of sixteen ways is as bad."""
    pairs = [(Counts(5, 5), Counts(4, 5))] * 4

    assert sign_flips(pairs).worse == 1 / 16
    assert sign_flips(pairs).p_value == 1 / 8


def test_scenarios_of_different_sizes_count_by_their_rates():
    pairs = [(Counts(2, 2), Counts(1, 3)), (Counts(1, 4), Counts(2, 4)), (Counts(3, 3), Counts(2, 3))]
    rates = [Fraction(1, 3) - 1, Fraction(1, 4), Fraction(-1, 3)]
    sums = [sum(each) for each in itertools.product(*((rate, -rate) for rate in rates))]

    assert sign_flips(pairs).worse == sum(each <= sum(rates) for each in sums) / 8


def test_with_many_scenarios_choices_of_signs_are_drawn_and_the_seen_one_is_among_them():
    pairs = [(Counts(1, 1), Counts(0, 1))] * 30
    found = sign_flips(pairs, seed=1)

    assert found.worse == 1 / 10_000
    assert sign_flips(pairs[:1] * 5 + [(Counts(0, 1), Counts(1, 1))] * 15, seed=1).p_value == pytest.approx(
        0.041, abs=0.01
    )


def test_no_difference_at_all_is_no_surprise():
    pairs = [(Counts(3, 5), Counts(3, 5))] * 3

    assert sign_flips(pairs).p_value == 1
    assert stratified(pairs).p_value == 1
    assert stratified([]).p_value == 1
    assert mcnemar(0, 0).p_value == 1


def test_holms_correction_is_that_of_statsmodels():
    assert holm([0.01, 0.04, 0.03, 0.005, 0.9, 0.04]) == pytest.approx([0.05, 0.12, 0.12, 0.03, 0.9, 0.12])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), max_size=8))
def test_holms_correction_rejects_what_his_procedure_rejects(p_values):
    rejected = set()
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda at: p_values[at])):
        if (len(p_values) - rank) * p_values[place] > 0.05:
            break
        rejected.add(place)

    assert {place for place, each in enumerate(holm(p_values)) if each <= 0.05} == rejected


def test_the_effect_size_is_that_of_statsmodels():
    assert effect_size(0.95, 0.6) == pytest.approx(-0.9184115942083029)
    assert effect_size(0, 1) == pytest.approx(3.141592653589793)
