"""Who may play which trials of a batch."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from scenario.errors import ConfigError
from scenario.store import FilePlace, open_store, schema
from scenario.store.heartbeat import STALE
from scenario.store.migrations import MIGRATIONS
from scenario.suite.claim import claim, overlap, trials_of
from scenario.suite.plan import Shard, plan
from suite.parts import told

BATCH = "scenariobatch_1"
TESTS = Path(__file__).parents[1]


@pytest.fixture
def place(tmp_path):
    return FilePlace(tmp_path / "runs.db")


def trials(shard=None, count=4):
    return plan([told(), told(name="refund")], trials=count, shard=shard)


def claims(place):
    with open_store(place) as store, store.reading() as connection:
        return connection.execute(select(schema.claim)).all()


def change(place, **values):
    with open_store(place) as store, store.writing() as connection:
        connection.execute(update(schema.claim).values(**values))


def test_whoever_comes_second_is_told_who_plays_since_when_and_what_to_do(place):
    first = claim(place, BATCH, trials())
    with pytest.raises(ConfigError) as refused:
        claim(place, BATCH, trials(count=2))
    text = str(refused.value)
    assert f"The batch {BATCH} is being played already: process " in text
    assert f" on {claims(place)[0].host} has held 4 of these trials since 20" in text
    assert (
        "Wait until it has ended; to share a batch out, give each process a part of its own: --shard 1/2"
        in text
    )
    first.release()


def test_shards_of_a_batch_are_claimed_side_by_side(place):
    both = [claim(place, BATCH, trials(Shard(index, 2))) for index in (1, 2)]
    with pytest.raises(ConfigError, match="has held 4 of these trials"):
        claim(place, BATCH, trials(Shard(1, 2)))
    for each in both:
        each.release()


def test_other_scenarios_of_a_batch_are_claimed_side_by_side(place):
    first = claim(place, BATCH, plan([told()]))
    claim(place, BATCH, plan([told(name="refund")])).release()
    claim(place, "scenariobatch_2", plan([told()])).release()
    first.release()


def test_what_was_released_can_be_claimed(place):
    first = claim(place, BATCH, trials())
    first.release()
    first.release()
    assert claims(place) == []
    claim(place, BATCH, trials()).release()


def test_what_a_killed_process_claimed_is_taken_over(place):
    program = (
        "import sys; from pathlib import Path; from scenario.store import FilePlace\n"
        "from scenario.suite.claim import claim; from scenario.suite.plan import plan; from suite.parts import told\n"
        f"claim(FilePlace(Path(sys.argv[1])), {BATCH!r}, plan([told()]))\n"
        "print('claimed', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", program, str(place.path)]
    with subprocess.Popen(
        command, cwd=TESTS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout.readline() == "claimed\n"
        with pytest.raises(ConfigError, match=f"process {other.pid} "):
            claim(place, BATCH, plan([told()]))
        other.kill()
    claim(place, BATCH, plan([told()])).release()


def test_what_gives_no_sign_of_life_is_taken_over_and_its_holder_is_told(place):
    is_lost = threading.Event()
    first = claim(place, BATCH, trials(), is_lost.set, every=0.05)
    second = None
    until = time.monotonic() + 20
    while second is None and time.monotonic() < until:  # until no sign of life comes between the two
        change(place, last_seen=time.time() - STALE - 60)
        try:
            second = claim(place, BATCH, trials())
        except ConfigError:
            continue
    assert second is not None
    assert is_lost.wait(20)
    first.release()
    assert [each.id for each in claims(place)] == [second.id]
    second.release()


def test_a_claim_gives_signs_of_life(place):
    held = claim(place, BATCH, trials(), every=0.01)
    change(place, last_seen=1.0)
    until = time.monotonic() + 20
    while claims(place)[0].last_seen == 1.0 and time.monotonic() < until:
        pass
    assert claims(place)[0].last_seen > 1.0
    held.release()


def test_a_claim_of_a_batch_that_was_removed_is_lost(place):
    is_lost = threading.Event()
    held = claim(place, BATCH, trials(), is_lost.set, every=0.01)
    with open_store(place) as store, store.writing() as connection:
        connection.execute(delete(schema.batch))
    assert is_lost.wait(20)
    held.release()


def one_of_many(place):
    """Many claim the same at once: how many got it."""
    at_once = threading.Barrier(6)

    def attempt(_):
        at_once.wait(20)
        try:
            return claim(place, BATCH, trials())
        except ConfigError:
            return None

    claim(place, BATCH, trials()).release()  # so that the batch is there, as when it is resumed
    with ThreadPoolExecutor(6) as pool:
        got = [each for each in pool.map(attempt, range(6)) if each is not None]
    for each in got:
        each.release()
    return len(got)


def test_of_many_who_claim_at_once_one_gets_it(place):
    assert [one_of_many(place) for _ in range(5)] == [1] * 5


@pytest.mark.system
@pytest.mark.timeout(120)
def test_the_same_on_postgresql():
    from scenario.store import place_of
    from store import postgres_server

    with postgres_server.running() as server:
        place = place_of(server.new_database())
        assert [one_of_many(place) for _ in range(5)] == [1] * 5


@given(
    counts=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    of=st.integers(1, 5),
)
def test_shards_share_no_trial_and_have_all_together(counts, of):
    suite = [told(name=str(number), trials=count) for number, count in enumerate(counts)]
    parts = [trials_of(plan(suite, shard=Shard(index, of))) for index in range(1, of + 1)]
    whole = trials_of(plan(suite))
    assert sum(overlap(part, whole) for part in parts) == sum(counts)
    assert all(not overlap(one, other) for one in parts for other in parts if one is not other)


def test_a_store_of_the_second_form_gets_the_table_of_claims(place):
    open_store(place, create=True, migrations=MIGRATIONS[:2]).close()
    claim(place, BATCH, trials()).release()
    assert claims(place) == []
