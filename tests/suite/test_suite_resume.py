import random
import signal
import sqlite3
import time
from contextlib import closing

import pytest

from forked import begin
from scenario.errors import ConfigError, EndpointError
from scenario.store import open_store, place_of, runs
from scenario.suite import Budget, Control, Ending, RetryPolicy, Stop, Suite, run_suite
from scenario.suite.batch import batch_info, newest_batch
from scenario.testing import ScriptedAgent
from scenario.types import AgentRole
from suite.killed import BATCH, main
from suite.parts import AT_ONCE, Caller, Desk, Lost, told


@pytest.fixture
def store(tmp_path):
    return str(tmp_path / "runs.db")


def rows_of(store, batch):
    with open_store(place_of(store)) as opened:
        return runs(opened, batch=batch)


async def test_every_finished_trial_is_in_the_store(store):
    result = await run_suite(told(trials=3, tags=["slow"], fields={"order": 1}), store=store, seed=5)
    rows = rows_of(store, result.batch_id)
    assert sorted((row.trial, row.seed) for row in rows) == [
        (each.trial.number, each.trial.seed) for each in result.trials
    ]
    (one,) = {
        (row.metadata["trials"], row.metadata["attempt"], row.tags, row.fields["order"]) for row in rows
    }
    assert one == (3, 1, ("slow",), 1)


async def test_the_batch_says_what_was_called_and_how_it_ended(store):
    result = await run_suite(told(trials=2), store=store, seed=5, info={"command": ["scenario", "run"]})
    info = batch_info(place_of(store), result.batch_id)
    assert info["status"] == "completed"
    assert info["command"] == ["scenario", "run"]
    assert (info["suite"]["seed"], info["suite"]["trials"]) == (5, None)
    assert newest_batch(place_of(store)) == result.batch_id


async def test_only_what_is_missing_is_played(store):
    control, played = Control(), []

    class Counts(Desk):
        async def call(self, input):
            played.append(1)
            if len(played) == 3:
                control.end(Stop.NO_MORE)
            return await super().call(input)

    made = told(Caller, Counts, trials=6)
    first = await run_suite(made, store=store, concurrency=1, control=control)
    assert (first.ending, first.unfinished) == (Ending.INTERRUPTED, 3)
    second = await run_suite(made, store=store, resume=first.batch_id)
    assert [each.is_resumed for each in second.trials] == [True] * 3 + [False] * 3
    assert second.success
    assert len(played) == 6
    third = await run_suite(made, store=store, resume=first.batch_id)
    assert third.success
    assert len(played) == 6


async def test_more_trials_can_be_added_and_the_seed_stays(store):
    first = await run_suite(told(), store=store, trials=2, seed=9)
    second = await run_suite(told(), store=store, trials=5, resume=first.batch_id)
    assert [each.is_resumed for each in second.trials] == [True, True, False, False, False]
    fresh = await run_suite(told(), trials=5, seed=9)
    assert [each.trial for each in second.trials] == [each.trial for each in fresh.trials]
    info = batch_info(place_of(store), first.batch_id)
    assert (info["resumed"], info["suite"]["trials"]) == (1, 5)


async def test_a_scenario_that_was_changed_is_played_anew_and_that_is_said(store):
    first = await run_suite(told(trials=2), store=store)
    second = await run_suite(told(description="another", trials=2), store=store, resume=first.batch_id)
    assert [each.is_resumed for each in second.trials] == [False, False]
    assert "2 stored trials are of scenarios that were changed" in second.warnings[0]


async def test_results_that_are_there_say_what_they_said(store):
    suite = Suite([told(), told(Caller, Lost, name="lost")])
    first = await run_suite(suite, store=store)
    second = await run_suite(suite, store=store, resume=first.batch_id)
    assert [each.last.outcome for each in second.trials] == [each.last.outcome for each in first.trials]
    assert [each.last.reasoning for each in second.trials] == [each.last.reasoning for each in first.trials]
    assert second.scenarios[1].failed == 1


async def test_attempts_of_before_count_towards_the_bound(store):
    tries = []

    def user():
        tries.append(1)
        return ScriptedAgent(
            EndpointError("down", endpoint="http://x", unreachable=True), role=AgentRole.USER
        )

    made = told(user, Desk)
    first = await run_suite(made, store=store, retries=AT_ONCE)
    assert len(tries) == 3
    second = await run_suite(made, store=store, retries=AT_ONCE, resume=first.batch_id)
    assert len(tries) == 3
    assert len(second.trials[0].attempts) == 3
    third = await run_suite(made, store=store, retries=RetryPolicy(4, first_wait=0), resume=first.batch_id)
    assert len(tries) == 5
    assert len(third.trials[0].attempts) == 5


async def test_a_budget_ends_a_run_that_can_go_on_later(store):
    from suite.parts import costs

    made = told(Caller, costs(0.25), trials=8)
    first = await run_suite(made, store=store, budget=Budget(usd=1.0), concurrency=1)
    assert (first.ending, len(first.trials)) == (Ending.BUDGET, 4)
    second = await run_suite(made, store=store, budget=Budget(usd=9.0), resume=first.batch_id)
    assert (second.ending, second.success, len(second.trials)) == (Ending.COMPLETED, True, 8)


async def test_a_batch_that_is_not_there(store):
    await run_suite(told(), store=store)
    with pytest.raises(ConfigError, match="has no batch 'scenariobatch_x'"):
        await run_suite(told(), store=store, resume="scenariobatch_x")
    with pytest.raises(ConfigError, match="name the store"):
        await run_suite(told(), resume="scenariobatch_x")


def count_of(store):
    try:
        with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
            return connection.execute("SELECT count(ended_at) FROM run").fetchone()[0]
    except sqlite3.OperationalError:
        return 0  # it is being made


def ended(store):
    return [row.trial for row in rows_of(store, BATCH) if row.ended_at is not None]


@pytest.mark.parametrize("repeat", range(5))
def test_after_kill_9_every_trial_is_in_the_result_once(store, repeat):
    moment = random.randint(1, 350)  # so many trials are stored when the process is killed
    process, line = begin(main, store, None)
    until = time.monotonic() + 40
    while count_of(store) < moment and time.monotonic() < until and not line.poll(0.01):
        pass
    process.kill()
    process.join(20)
    assert process.exitcode == -signal.SIGKILL
    before = ended(store)
    assert 0 < len(before) < 500
    resumed, line = begin(main, store, BATCH)
    assert line.poll(40), "the process says nothing"
    assert line.recv() == (500, len(before), 500, True)
    resumed.join(20)
    assert resumed.exitcode == 0
    assert sorted(ended(store)) == list(range(1, 501))


async def test_the_store_may_be_slow_and_nothing_is_lost(store, untraced):
    result = await run_suite(told(trials=300), store=store, concurrency=100, isolation="loop", keep=False)
    assert result.warnings == ()
    assert len(rows_of(store, result.batch_id)) == 300
