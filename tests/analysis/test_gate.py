"""A gate fails on proof, says why in a sentence, and how many trials would settle what is unclear."""

from __future__ import annotations

import pytest

from analysis.rows import JUDGE, batch, row, trials
from scenario.analysis import GateState, compare, gate, summarise
from scenario.statistics import Counts, wilson


def held(before, after, **options):
    old, new = batch(before, "before"), batch(after, "after")
    return gate(new, comparison=compare(old, new), **options)


def rate_gate(passed, of, bound):
    return gate(batch({"a": Counts(passed, of)}), min_pass_rate=bound)


@pytest.mark.parametrize(
    ("passed", "of", "bound", "state"),
    [
        (100, 100, 0.9, GateState.PASSED),
        (20, 20, 1.0, GateState.PASSED),
        (19, 20, 1.0, GateState.FAILED),
        (10, 20, 0.9, GateState.FAILED),
        (18, 20, 0.9, GateState.UNCLEAR),
        (20, 20, 0.9, GateState.UNCLEAR),
    ],
)
def test_a_pass_rate_is_held_to_its_interval(passed, of, bound, state):
    assert rate_gate(passed, of, bound).state is state


def test_the_sentence_has_the_counts_and_the_interval():
    assert rate_gate(10, 20, 0.9).reason == (
        "10 of 20 trials passed (50 %); the rate is likely between 29.9 % and 70.1 %, below 90 %."
    )


def test_an_unclear_rate_comes_with_the_number_of_trials_that_would_settle_it():
    found = rate_gate(20, 20, 0.9)

    assert wilson(Counts(found.trials_needed, found.trials_needed)).low >= 0.9
    assert found.reason.endswith(f"About {found.trials_needed} trials of each scenario would tell.")


def test_a_rate_at_its_bound_is_settled_by_no_number_of_trials():
    found = rate_gate(18, 20, 0.9)

    assert found.trials_needed is None
    assert "would tell" not in found.reason


def test_missing_trials_leave_a_rate_unclear():
    found = gate(summarise(trials("a", 3, 3, metadata={"trials": 5})), min_pass_rate=0.5)

    assert found.state is GateState.UNCLEAR
    assert "trials are missing (a)" in found.reason


def test_nothing_to_tell_from_is_said():
    assert gate(summarise([row(fault=JUDGE)]), min_pass_rate=0.5).state is GateState.NO_DATA
    assert held({"a": Counts(1, 1)}, {"b": Counts(1, 1)}).state is GateState.NO_DATA


def test_a_regression_fails_and_is_named():
    found = held({"a": Counts(20, 20), "b": Counts(20, 20)}, {"a": Counts(20, 20), "b": Counts(8, 20)})

    assert found.state is GateState.FAILED
    assert found.reason == '1 scenario got worse, "b" most, from 20 of 20 to 8 of 20.'


def test_as_many_regressions_as_are_allowed_pass():
    found = held(
        {"a": Counts(20, 20), "b": Counts(20, 20)},
        {"a": Counts(20, 20), "b": Counts(8, 20)},
        max_regressions=1,
    )

    assert found.state is GateState.PASSED


def test_a_drop_that_may_be_chance_is_unclear_and_says_how_many_trials_would_tell():
    found = held({"a": Counts(19, 20)}, {"a": Counts(16, 20)})

    assert found.state is GateState.UNCLEAR
    assert found.trials_needed == 88
    assert "about 88 trials on each side would tell" in found.reason


def test_a_rise_passes():
    assert held({"a": Counts(10, 20)}, {"a": Counts(20, 20)}).state is GateState.PASSED


def test_a_drop_of_the_suite_fails_where_no_scenario_alone_shows_it():
    before, after = dict.fromkeys("abcde", Counts(20, 20)), dict.fromkeys("abcde", Counts(17, 20))
    found = held(before, after)

    assert found.state is GateState.FAILED
    assert found.deciding.name == "suite"
    assert held(before, after, max_regressions=5).state is GateState.PASSED


def test_the_worst_check_decides():
    found = held({"a": Counts(20, 20)}, {"a": Counts(20, 20)}, min_pass_rate=0.99)

    assert [check.state for check in found.checks] == [GateState.UNCLEAR, GateState.PASSED, GateState.PASSED]
    assert found.deciding.name == "pass rate"


def test_a_gate_holds_to_something():
    with pytest.raises(ValueError, match="needs a baseline"):
        gate(batch({"a": Counts(1, 1)}))


def test_a_true_rate_at_the_bound_fails_it_at_most_as_often_as_alpha(untraced):
    """Counted over all that can happen in 100 trials."""
    from math import comb

    failing = [x for x in range(101) if rate_gate(x, 100, 0.9).state is GateState.FAILED]
    assert sum(comb(100, x) * 0.9**x * 0.1 ** (100 - x) for x in failing) <= 0.05
