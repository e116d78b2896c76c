"""How often a comparison finds something and a gate fails, counted over batches that are drawn by chance. Seeded."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cache

import pytest

from analysis.rows import batch, drawn
from scenario.analysis import Change, GateState, compare, gate
from scenario.statistics import Counts

RATES = (("a", 0.95), ("b", 0.8), ("c", 0.5), ("d", 1.0), ("e", 0.3))
ONE_DROPS = (("a", 0.4), *RATES[1:])
ALL_DROP = tuple((name, 0.75) for name, _ in RATES)


pytestmark = pytest.mark.usefixtures("untraced")


@dataclass(frozen=True)
class Often:
    """How often, of all comparisons.

    Attributes:
        scenarios: A scenario is found that changed.
        overall: The suite as a whole is found to have changed.
        gate: A gate fails.
    """

    scenarios: float
    overall: float
    gate: float


def played(chance, rates, trials):
    return {name: Counts(sum(chance.random() < rate for _ in range(trials)), trials) for name, rate in rates}


@cache
def often(before, after, trials, times) -> Often:
    chance = random.Random(20)  # with this one it is seen when Holm's correction is left out
    scenarios = overall = failed = 0
    for _ in range(times):
        old, new = drawn(played(chance, before, trials)), drawn(played(chance, after, trials))
        found = compare(old, new)
        scenarios += bool(found.of(Change.NEWLY_FAILING) or found.of(Change.NEWLY_PASSING))
        overall += found.overall.p_values.p_value <= 0.05
        failed += gate(new, comparison=found).state is GateState.FAILED
    return Often(scenarios / times, overall / times, failed / times)


def test_what_is_drawn_compares_as_batches_do():
    before, after = (played(random.Random(seed), RATES, 20) for seed in (1, 2))

    assert compare(drawn(before), drawn(after)) == compare(batch(before), batch(after))
    assert gate(drawn(after), min_pass_rate=0.7) == gate(batch(after), min_pass_rate=0.7)


@pytest.mark.parametrize("trials", [1, 5, 20])
def test_where_nothing_changed_something_is_found_at_most_as_often_as_alpha(trials):
    """200 comparisons, whose share strays by 0.015 around 0.05 (one standard error)."""
    found = often(RATES, RATES, trials, 200)

    assert found.scenarios <= 0.05
    assert found.overall <= 0.05 + 0.02


@pytest.mark.parametrize("trials", [1, 5, 20])
def test_where_nothing_changed_a_gate_fails_at_most_as_often_as_alpha(trials):
    assert often(RATES, RATES, trials, 200).gate <= 0.05


def test_a_large_drop_of_one_scenario_is_found():
    """One of five from 0.95 to 0.4, 20 trials on each side."""
    found = often(RATES, ONE_DROPS, 20, 100)

    assert found.scenarios >= 0.85
    assert found.overall >= 0.2


def test_a_large_drop_of_one_scenario_fails_a_gate():
    assert often(RATES, ONE_DROPS, 20, 100).gate >= 0.85


def test_a_drop_everywhere_is_found_in_the_suite_before_it_is_in_a_scenario():
    """Five scenarios from 0.9 to 0.75."""
    found = often(tuple((name, 0.9) for name, _ in RATES), ALL_DROP, 20, 100)

    assert found.overall >= 0.65
    assert found.overall > found.scenarios
