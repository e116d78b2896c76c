"""Which runs count, which are left out, and which are the same trial."""

from __future__ import annotations

import pytest

from analysis.rows import AGENT, INFRASTRUCTURE, JUDGE, SIMULATOR, row, trials
from scenario._engine.facts import RunStatus
from scenario.analysis import ScenarioKey, TrialState, scenario_trials, summarise
from scenario.statistics import Counts, Steadiness
from scenario.store.rows import RunState


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (None, TrialState.PASSED),
        (AGENT, TrialState.FAILED),
        (JUDGE, TrialState.LEFT_OUT),
        (SIMULATOR, TrialState.LEFT_OUT),
        (INFRASTRUCTURE, TrialState.LEFT_OUT),
    ],
)
def test_only_what_the_agent_did_counts(fault, state):
    (found,) = scenario_trials([row(fault=fault)])

    assert found.trials[0].state is state
    assert found.counts.trials == (state is not TrialState.LEFT_OUT)


@pytest.mark.parametrize("state", [RunState.RUNNING, RunState.INTERRUPTED])
def test_a_run_that_has_not_ended_does_not_count_and_is_missing(state):
    (found,) = scenario_trials([row(), row(trial=2, state=state)])

    assert found.counts == Counts(1, 1)
    assert found.unfinished == 1
    assert found.stopped_early


def test_a_run_that_was_ended_from_outside_is_missing():
    (found,) = scenario_trials([row(), row(trial=2, fault=INFRASTRUCTURE, status=RunStatus.CANCELLED)])

    assert found.unfinished == 1
    assert found.left_out == {}
    assert found.stopped_early


def test_how_many_are_left_out_is_told_by_who_is_to_blame():
    found = summarise(
        [row(), row(trial=2, fault=JUDGE), row(trial=3, fault=SIMULATOR), row(trial=4, fault=JUDGE)]
    )

    assert found.left_out == {SIMULATOR: 1, JUDGE: 2}
    assert found.counts == Counts(1, 1)


def test_of_several_runs_of_a_trial_the_last_that_counts_is_the_trial():
    runs = [
        row(fault=INFRASTRUCTURE, started_at=1),
        row(fault=AGENT, started_at=2),
        row(fault=SIMULATOR, started_at=3),
    ]
    (found,) = scenario_trials(reversed(runs))

    assert found.trials[0].run == runs[1]
    assert found.trials[0].earlier == (runs[0], runs[2])


def test_when_no_run_of_a_trial_counts_the_last_that_ended_is_the_trial():
    runs = [row(fault=INFRASTRUCTURE, started_at=1), row(started_at=2, state=RunState.INTERRUPTED)]
    (found,) = scenario_trials(runs)

    assert found.trials[0].run == runs[0]
    assert found.left_out == {INFRASTRUCTURE: 1}


def test_runs_without_a_number_are_trials_of_their_own():
    (found,) = scenario_trials(
        [row(trial=None, started_at=1), row(trial=None, started_at=2), row(trial=1, started_at=3)]
    )

    assert [trial.run.started_at for trial in found.trials] == [3, 1, 2]


def test_trials_of_several_batches_are_trials_of_their_own():
    (found,) = scenario_trials([*trials("a", 2, 3), *trials("a", 3, 3, batch_id="other")])

    assert found.counts == Counts(5, 6)
    assert [trial.run.trial for trial in found.trials] == [1, 1, 2, 2, 3, 3]


def test_a_trial_without_turns_has_no_latency():
    (found,) = scenario_trials([row(turns=0), row(trial=2, agent_time=None)])

    assert [trial.latency for trial in found.trials] == [None, None]


def test_a_scenario_is_the_same_whatever_its_description_was():
    found = scenario_trials([row(description="one"), row(trial=2, description="two")])

    assert [len(each.trials) for each in found] == [2]


def test_scenarios_differ_by_set_name_and_fields():
    runs = [row(), row("b"), row(set_id="other"), row(fields={"city": "Oslo"}), row(fields={"city": "Rome"})]
    found = summarise(runs)

    wanted = {"default / a", "default / a [city=Oslo]", "default / a [city=Rome]", "b", "other / a"}
    assert {each.label for each in found.scenarios} == wanted
    assert ScenarioKey.of(runs[3]) != ScenarioKey.of(runs[4])


def test_fewer_trials_than_were_planned_are_a_scenario_that_was_stopped_early():
    found = summarise(trials("a", 3, 3, metadata={"trials": 5}))
    (told,) = found.scenarios

    assert told.stopped_early
    assert (told.interval, told.steadiness, found.interval) == (None, None, None)
    assert told.of.planned == 5
    assert found.passes == ()
    assert not found.is_green


def test_all_planned_trials_give_an_interval_and_a_class():
    found = summarise(trials("a", 5, 5, metadata={"trials": 5}))
    (told,) = found.scenarios

    assert told.interval is not None
    assert told.steadiness is Steadiness.ALWAYS
    assert found.is_green


def test_a_scenario_of_which_no_trial_counts_has_no_interval():
    found = summarise([row(fault=JUDGE)])

    assert found.interval is None
    assert found.scenarios[0].interval is None
    assert not found.is_green


def test_a_number_of_planned_trials_that_is_none_is_passed_over():
    assert not summarise(trials("a", 1, 1, metadata={"trials": True})).stopped_early
    assert not summarise(trials("a", 1, 1, metadata={"trials": "many"})).stopped_early


def test_nothing_at_all_can_be_summed_up():
    found = summarise([])

    assert (found.trials, found.started_at, found.interval, found.passes) == (0, None, None, ())
