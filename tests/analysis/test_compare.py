"""Two sides compared: what is told of each scenario, of all together, and of what only one side has."""

from __future__ import annotations

import pytest

from analysis.rows import JUDGE, batch, priced, row, trials
from scenario.analysis import Change, compare, summarise
from scenario.statistics import Counts, fisher, mcnemar


def changes(before, after, **options):
    found = compare(batch(before), batch(after), **options)
    return {each.label: each.change for each in found.scenarios}


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (Counts(20, 20), Counts(5, 20), Change.NEWLY_FAILING),
        (Counts(5, 20), Counts(20, 20), Change.NEWLY_PASSING),
        (Counts(15, 20), Counts(16, 20), Change.STILL_FLAKY),
        (Counts(20, 20), Counts(19, 20), Change.UNCLEAR),
        (Counts(20, 20), Counts(5, 5), Change.UNCHANGED),
        (Counts(1, 1), Counts(0, 1), Change.UNCLEAR),
    ],
)
def test_what_became_of_a_scenario(before, after, change):
    assert changes({"a": before}, {"a": after}) == {"a": change}


def test_holms_correction_is_over_the_scenarios_compared():
    """5 of 5 to 0 of 5 has p = 0.0079: enough among six scenarios, not among seven."""
    lost = {"a": Counts(5, 5)}, {"a": Counts(0, 5)}
    same = {str(n): Counts(5, 5) for n in range(6)}
    six = {name: same[name] for name in list(same)[:5]}

    assert changes({**lost[0], **six}, {**lost[1], **six})["a"] is Change.NEWLY_FAILING
    assert changes({**lost[0], **same}, {**lost[1], **same})["a"] is Change.UNCLEAR


def test_the_tests_are_fishers_and_mcnemars():
    found = compare(batch({"a": Counts(9, 10)}), batch({"a": Counts(4, 10)}))
    single = compare(
        batch({"a": Counts(1, 1), "b": Counts(1, 1), "c": Counts(0, 1)}),
        batch({"a": Counts(0, 1), "b": Counts(1, 1), "c": Counts(0, 1)}),
    )

    assert found.scenarios[0].p_values == fisher(Counts(9, 10), Counts(4, 10))
    assert found.overall.test == "exact permutation test within scenarios"
    assert single.overall.test == "McNemar's exact test"
    assert single.overall.p_values == mcnemar(lost=1, won=0)


def test_scenarios_of_one_side_are_listed_and_not_compared():
    found = compare(
        batch({"a": Counts(1, 1), "old": Counts(1, 1)}), batch({"a": Counts(1, 1), "new": Counts(0, 1)})
    )

    assert [each.label for each in found.scenarios] == ["a"]
    assert (found.only_before, found.only_after) == (("old",), ("new",))
    assert found.overall.after == 1


def test_what_was_stopped_early_or_does_not_count_is_not_compared():
    before = summarise([*trials("a", 2, 2), *trials("b", 2, 2)])
    after = summarise([*trials("a", 1, 1, metadata={"trials": 2}), row("b", 1, JUDGE)])
    found = compare(before, after)

    assert [(each.label, each.reason) for each in found.left] == [
        ("a", "stopped early after: 1 of 2 trials"),
        ("b", "no trial counts after"),
    ]
    assert (found.scenarios, found.overall, found.shifts) == ((), None, ())


def test_a_scenario_with_other_words_is_compared_and_that_is_told():
    found = compare(summarise([row(description="old")]), summarise([row(description="new")]))

    assert found.scenarios[0].reworded


def test_what_is_unclear_comes_with_the_number_of_trials_that_would_tell():
    found = compare(batch({"a": Counts(19, 20)}), batch({"a": Counts(16, 20)}))

    assert (
        found.scenarios[0].trials_needed == 88
    )  # the sample size of Casagrande, Pike and Smith for 0.95 and 0.8
    assert (
        compare(batch({"a": Counts(20, 20)}), batch({"a": Counts(2, 20)})).scenarios[0].trials_needed is None
    )


def test_cost_and_latency_are_means_over_scenarios_of_means_over_trials():
    before = summarise(
        [row("a", 1, usage=priced(0.1), agent_time=1.0), row("b", 1, usage=priced(0.3), agent_time=3.0)]
    )
    after = summarise(
        [row("a", 1, usage=priced(0.2), agent_time=2.0), row("b", 1, usage=priced(0.6), agent_time=6.0)]
    )
    shifts = {each.measure: each for each in compare(before, after).shifts}

    cost = shifts["US dollars a trial"]
    assert (cost.before, cost.after, cost.ratio) == (pytest.approx(0.2), pytest.approx(0.4), pytest.approx(2))
    assert shifts["agent seconds a turn"].after == pytest.approx(2)
    assert cost.interval.low == pytest.approx(0.1)


def test_a_cost_that_is_not_known_on_both_sides_is_not_compared():
    before = summarise([row("a", 1, usage=priced(0.1))])
    measures = [each.measure for each in compare(before, summarise([row("a", 1)])).shifts]

    assert "US dollars a trial" not in measures
    assert "turns" in measures
