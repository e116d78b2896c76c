"""How many trials it takes: the numbers give the promised chance, counted over all that can happen."""

from __future__ import annotations

import math

import pytest

from scenario.statistics import Counts, fisher_power, trials_for_bound, trials_for_difference, wilson


def chance_to_leave_out(bound, rate, trials):
    """The chance that the Wilson interval lies on the rate's side of the bound."""
    return math.fsum(
        math.comb(trials, x) * rate**x * (1 - rate) ** (trials - x)
        for x in range(trials + 1)
        if not wilson(Counts(x, trials)).holds(bound)
    )


@pytest.mark.parametrize(("rate", "bound"), [(0.95, 0.8), (0.7, 0.9), (0.5, 0.6), (1.0, 0.9)])
def test_so_many_trials_tell_a_rate_from_a_bound(rate, bound):
    trials = trials_for_bound(rate, bound)

    assert chance_to_leave_out(bound, rate, trials) >= 0.72
    assert chance_to_leave_out(bound, rate, trials // 2) < 0.75


@pytest.mark.parametrize(("before", "after"), [(0.95, 0.8), (0.9, 0.5), (1.0, 0.6)])
def test_so_many_trials_on_each_side_show_a_difference(untraced, before, after):
    trials = trials_for_difference(before, after)

    assert 0.78 <= fisher_power(before, after, trials) <= 0.95
    assert fisher_power(before, after, trials // 2) < 0.75


@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95, 1.0])
@pytest.mark.parametrize("trials", [5, 20])
def test_where_there_is_no_difference_fishers_test_finds_one_at_most_at_its_level(rate, trials):
    assert fisher_power(rate, rate, trials) <= 0.05


def test_a_difference_of_nothing_takes_no_number_of_trials():
    assert trials_for_difference(0.5, 0.5) is None
    assert trials_for_bound(0.5, 0.5) is None


def test_more_power_and_a_smaller_level_take_more_trials():
    usual = trials_for_difference(0.9, 0.7)

    assert trials_for_difference(0.9, 0.7, power=0.95) > usual
    assert trials_for_difference(0.9, 0.7, alpha=0.01) > usual
