"""Several who play one batch at the same time."""

import asyncio
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from scenario.errors import ConfigError
from scenario.store import open_store, place_of, runs
from scenario.suite import Control, Ending, Stop, Suite, run_suite
from scenario.suite.batch import batch_info
from scenario.suite.claim import claim
from suite.parts import Caller, Desk, told

BATCH = "scenariobatch_together"
TESTS = Path(__file__).parents[1]


@pytest.fixture
def store(tmp_path):
    return str(tmp_path / "runs.db")


def played(store, batch=BATCH):
    """How often each trial was finished."""
    with open_store(place_of(store)) as opened:
        return Counter((row.name, row.trial) for row in runs(opened, batch=batch) if row.ended_at is not None)


async def test_who_resumes_a_batch_that_is_being_played_is_refused(store):
    begun, go_on = asyncio.Event(), asyncio.Event()

    class Waits(Desk):
        async def call(self, input):
            begun.set()
            await go_on.wait()
            return await super().call(input)

    made = told(Caller, Waits, trials=3)
    first = asyncio.create_task(run_suite(made, store=store, batch_id=BATCH, isolation="loop"))
    await asyncio.wait_for(begun.wait(), 20)
    with pytest.raises(ConfigError, match=r"is being played already: process .* has held 3 of these trials"):
        await run_suite(made, store=store, resume=BATCH)
    assert batch_info(place_of(store), BATCH)["resumed"] == 0
    go_on.set()
    assert (await first).success
    again = await run_suite(made, store=store, resume=BATCH)
    assert all(each.is_resumed for each in again.trials)
    assert set(played(store).values()) == {1}


async def test_shards_of_a_batch_are_played_side_by_side_and_resumed_as_a_whole(store):
    suite = Suite([told(trials=3), told(name="refund", trials=4)])
    parts = await asyncio.gather(
        *(run_suite(suite, store=store, batch_id=BATCH, shard=f"{index}/2") for index in (1, 2))
    )
    assert all(part.success for part in parts)
    whole = await run_suite(suite, store=store, resume=BATCH)
    assert (len(whole.trials), whole.unfinished) == (7, 0)
    assert all(each.is_resumed for each in whole.trials)
    assert set(played(store).values()) == {1}


async def test_the_trials_of_other_shards_are_no_strangers(store):
    suite = Suite([told(trials=3), told(name="refund", trials=1)])
    for index in (1, 2):
        await run_suite(suite, store=store, batch_id=BATCH, shard=f"{index}/2")
    again = await run_suite(suite, store=store, resume=BATCH, shard="2/2")
    assert again.warnings == ()


async def test_one_shard_alone_is_resumed_as_that_shard(store):
    control = Control()

    class Stops(Desk):
        async def call(self, input):
            control.end(Stop.NO_MORE)
            return await super().call(input)

    made = told(Caller, Stops, trials=8)
    first = await run_suite(made, store=store, batch_id=BATCH, shard="1/2", concurrency=1, control=control)
    assert (first.ending, first.unfinished) == (Ending.INTERRUPTED, 3)
    second = await run_suite(made, store=store, resume=BATCH)
    assert sorted(number for _, number in played(store)) == [1, 3, 5, 7]
    assert second.success


async def test_an_option_that_cannot_be_used_leaves_the_batch_free(store):
    await run_suite(told(), store=store, batch_id=BATCH)
    with pytest.raises(ConfigError, match="concurrency"):
        await run_suite(told(trials=2), store=store, resume=BATCH, concurrency=0)
    assert (await run_suite(told(trials=2), store=store, resume=BATCH)).success


async def test_who_is_cancelled_while_claiming_leaves_the_batch_free(store, monkeypatch):
    claiming, claimed, is_cancelled = asyncio.Event(), asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def claim_later(*arguments):
        loop.call_soon_threadsafe(claiming.set)
        is_cancelled.wait(20)
        try:
            return claim(*arguments)
        finally:
            loop.call_soon_threadsafe(claimed.set)

    monkeypatch.setattr("scenario.suite.claim.claim", claim_later)
    first = asyncio.create_task(run_suite(told(), store=store, batch_id=BATCH))
    await asyncio.wait_for(claiming.wait(), 20)
    first.cancel()
    loop.call_soon(is_cancelled.set)
    with pytest.raises(asyncio.CancelledError):
        await first
    await asyncio.wait_for(claimed.wait(), 20)
    monkeypatch.undo()
    assert (await run_suite(told(), store=store, batch_id=BATCH)).success


PROGRAM = """
import asyncio, sys
from scenario.errors import ConfigError
from scenario.suite import run_suite
from suite.parts import told
sys.stdin.readline()
try:
    result = asyncio.run(run_suite(told(trials=60), store=sys.argv[1], resume=sys.argv[2], concurrency=2))
except ConfigError as error:
    print("refused" if "is being played already" in str(error) else error)
else:
    print("played", len(result.trials))
"""


def test_of_processes_that_resume_at_once_each_trial_is_played_by_one(store):
    asyncio.run(run_suite(told(trials=1), store=store, batch_id=BATCH))
    command = [sys.executable, "-c", PROGRAM, store, BATCH]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": TESTS}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
    for each in processes:
        each.stdin.write("\n")
        each.stdin.flush()
    said = [each.communicate(timeout=100)[0].strip() for each in processes]
    assert set(said) <= {"played 60", "refused"}
    assert "played 60" in said
    assert len(played(store)) == 60
    assert set(played(store).values()) == {1}
