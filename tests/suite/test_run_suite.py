import asyncio
import gc
import threading
import time
import weakref

import pytest

import scenario
from scenario import checks
from scenario.errors import ConfigError, EndpointError, SimulatorError
from scenario.suite import (
    Budget,
    Cast,
    Control,
    Ending,
    Scenario,
    Standing,
    Stop,
    Suite,
    current_trial,
    run_suite,
)
from scenario.testing import ScriptedAgent
from scenario.types import AgentRole, FaultKind, RunOutcome
from suite.parts import AT_ONCE, Caller, Desk, Lost, costs, told

pytestmark = pytest.mark.parametrize("isolation", ["thread", "loop"])


async def test_every_trial_is_played_once(isolation):
    result = await run_suite([told(trials=5), told(Caller, Lost, name="lost", trials=3)], isolation=isolation)
    parcel, lost = result.scenarios
    assert (parcel.passed, parcel.failed, parcel.success) == (5, 0, True)
    assert (lost.passed, lost.failed, lost.success) == (0, 3, False)
    assert [each.trial.number for each in parcel.trials] == [1, 2, 3, 4, 5]
    assert (result.success, result.ending, result.unfinished) == (False, Ending.COMPLETED, 0)


async def test_nothing_leaks_between_trials(isolation):
    class Counts(scenario.AgentAdapter):
        def __init__(self):
            self.calls = 0

        async def call(self, input):
            self.calls += 1
            return f"It comes on Monday {self.calls}."

    result = await run_suite(told(Caller, Counts, trials=4), isolation=isolation)
    assert {each.result.messages[-1]["content"] for each in result.trials} == {"It comes on Monday 1."}


async def test_a_trial_knows_its_number_and_its_seed(isolation):
    seen = []

    class Asks(scenario.AgentAdapter):
        def __init__(self, trial):
            self.trial = trial

        async def call(self, input):
            seen.append(current_trial())
            assert current_trial() is self.trial
            return "It comes on Monday."

    def make(trial):
        return Asks(trial)

    result = await run_suite(told(Caller, make, trials=3), isolation=isolation, seed=7)
    assert sorted(each.number for each in seen) == [1, 2, 3]
    assert {each.seed for each in seen} == {each.trial.seed for each in result.trials}
    assert current_trial() is None


async def test_a_function_makes_the_whole_cast_and_clears_up(isolation):
    log = []

    def cast(trial):
        log.append(f"open {trial.number}")
        yield Cast([Caller(), Desk()], [scenario.user(), scenario.agent()])
        log.append(f"close {trial.number}")

    result = await run_suite(
        Scenario(name="parcel", agents=cast, script=[scenario.fail()], trials=2),
        isolation=isolation,
        concurrency=1,
    )
    assert log == ["open 1", "close 1", "open 2", "close 2"]
    assert [len(each.attempts) for each in result.trials] == [
        1,
        1,
    ]  # a script that decides nothing is not tried again
    assert [each.last.outcome for each in result.trials] == [RunOutcome.ERROR] * 2


async def test_an_asynchronous_function_may_make_the_cast(isolation):
    log = []

    async def cast():
        yield [Caller(), Desk()]
        log.append("closed")

    result = await run_suite(told(name="x").with_(agents=cast), isolation=isolation)
    assert result.success
    assert log == ["closed"]


async def test_criteria_get_a_judge(isolation):
    made = Scenario(name="x", agents=[Caller, Desk], criteria=[checks.said("Monday")], max_turns=1)
    assert (await run_suite(made, isolation=isolation)).success


async def test_criteria_and_a_judge_are_one_too_many(isolation):
    judge = scenario.JudgeAgent(criteria=[checks.said("x")])
    result = await run_suite(told(Caller, Desk, judge, criteria=[checks.said("y")]), isolation=isolation)
    (trial,) = result.trials
    assert "has both `criteria` and a judge" in trial.last.reasoning
    assert not trial.counts


async def test_a_factory_that_raises_ends_its_trial_and_no_other(isolation):
    def broken():
        raise LookupError("no database")

    result = await run_suite([told(Caller, broken, name="broken"), told()], isolation=isolation)
    broken_tally, parcel = result.scenarios
    assert "could not be set up: LookupError: no database" in broken_tally.trials[0].last.reasoning
    assert len(broken_tally.trials[0].attempts) == 1
    assert parcel.success
    assert not result.success


async def test_an_agent_that_raises_fails_its_trial(isolation):
    result = await run_suite(told(Caller, lambda: ScriptedAgent(LookupError("gone"))), isolation=isolation)
    (trial,) = result.trials
    assert trial.counts
    assert not trial.passed
    assert len(trial.attempts) == 1
    assert "gone" in trial.last.reasoning


@pytest.mark.parametrize("fault", [FaultKind.INFRASTRUCTURE, FaultKind.SIMULATOR])
async def test_faults_around_the_agent_are_tried_again_and_all_attempts_are_kept(isolation, fault):
    tries = []

    def user():
        tries.append(1)
        if len(tries) > 2:
            return ScriptedAgent("Where is my parcel?", role=AgentRole.USER)
        error = {
            FaultKind.INFRASTRUCTURE: EndpointError("down", endpoint="http://x", unreachable=True),
            FaultKind.SIMULATOR: SimulatorError("silent", agent="user", problem="empty", reply=""),
        }[fault]
        return ScriptedAgent(error, role=AgentRole.USER)

    result = await run_suite(told(user, Desk), isolation=isolation, retries=AT_ONCE)
    (trial,) = result.trials
    assert [attempt.fault and attempt.fault.kind for attempt in trial.attempts] == [fault, fault, None]
    assert result.success
    assert result.retries == 2


async def test_retries_are_bounded_and_such_a_trial_does_not_count(isolation):
    def user():
        return ScriptedAgent(
            EndpointError("down", endpoint="http://x", unreachable=True), role=AgentRole.USER
        )

    result = await run_suite([told(user, Desk), told(name="fine")], isolation=isolation, retries=AT_ONCE)
    trial = result.trials[0]
    assert len(trial.attempts) == 3
    assert not trial.counts
    assert result.faults == {FaultKind.INFRASTRUCTURE: 1}
    assert not result.success


async def test_so_many_trials_at_once_and_not_more(isolation):
    lock, now, most = threading.Lock(), [0], [0]

    class Busy(scenario.AgentAdapter):
        async def call(self, input):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            await asyncio.sleep(0.005)
            with lock:
                now[0] -= 1
            return "It comes on Monday."

    await run_suite(told(Caller, Busy, trials=12), isolation=isolation, concurrency=3)
    assert most[0] == 3


async def test_fail_fast_begins_nothing_more(isolation):
    suite = Suite([told(Caller, Lost, trials=10)])
    result = await run_suite(suite, isolation=isolation, concurrency=1, fail_fast=True)
    assert len(result.trials) == 1
    assert (result.ending, result.unfinished) == (Ending.FAILED_FAST, 9)
    assert "parcel #1 failed" in result.reason


async def test_a_time_limit_ends_a_trial_and_names_who_was_slow(isolation):
    class Sleeps(scenario.AgentAdapter):
        async def call(self, input):
            await asyncio.Event().wait()

    result = await run_suite(told(Caller, Sleeps), isolation=isolation, agent_timeout=0.05)
    assert "Sleeps" in result.trials[0].last.reasoning
    assert result.trials[0].counts


async def test_a_budget_stops_within_one_call_of_it_for_each_trial_in_flight(isolation):
    calls = []

    class Costly(costs(0.1)):
        async def call(self, input):
            calls.append(1)
            return await super().call(input)

    script = [scenario.user(), scenario.agent()] * 5 + [scenario.succeed()]
    made = told(Caller, Costly, trials=50).with_(script=script)
    result = await run_suite(made, isolation=isolation, concurrency=4, budget=Budget(usd=1.0))
    assert result.ending is Ending.BUDGET
    assert "The budget of $1.00 is used up" in result.reason
    assert 10 <= len(calls) <= 10 + 4
    assert result.spent.cost == pytest.approx(0.1 * len(calls))
    assert result.unfinished >= 46


async def test_the_wall_time_of_a_budget_ends_the_run(isolation):
    result = await run_suite(
        told(Caller, costs(0.0), trials=10_000), isolation=isolation, budget=Budget(seconds=0.2), keep=False
    )
    assert result.ending is Ending.BUDGET
    assert 0 < len(result.trials) < 10_000


async def test_the_first_interrupt_finishes_what_is_played_and_the_second_cancels_it(isolation):
    began, go_on = threading.Semaphore(0), threading.Event()

    class Waits(scenario.AgentAdapter):
        async def call(self, input):
            began.release()
            await asyncio.get_running_loop().run_in_executor(None, go_on.wait, 10)
            return "It comes on Monday."

    async def play(times):
        control = Control()
        playing = asyncio.create_task(
            run_suite(told(Caller, Waits, trials=6), isolation=isolation, concurrency=2, control=control)
        )
        for _ in range(2):
            await asyncio.to_thread(began.acquire)
        for _ in range(times):
            control.interrupt()
        if times == 1:
            go_on.set()
        return await asyncio.wait_for(playing, 20)

    once = await play(1)
    assert (len(once.trials), once.unfinished, once.ending) == (2, 4, Ending.INTERRUPTED)
    go_on.clear()
    twice = await play(2)
    go_on.set()
    assert (len(twice.trials), twice.ending) == (0, Ending.INTERRUPTED)


async def test_cancelling_the_caller_cancels_the_trials(isolation):
    began = threading.Event()

    class Waits(scenario.AgentAdapter):
        async def call(self, input):
            began.set()
            await asyncio.Event().wait()

    playing = asyncio.create_task(run_suite(told(Caller, Waits), isolation=isolation))
    await asyncio.to_thread(began.wait)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing


async def test_conversations_need_not_be_kept(isolation):
    kept = await run_suite(told(), isolation=isolation)
    assert kept.trials[0].result.messages[-1]["content"] == "It comes on Monday."
    dropped = await run_suite(told(), isolation=isolation, keep=False)
    assert dropped.trials[0].result is None


async def test_agents_are_let_go_of(isolation):
    if isolation == "thread":
        return  # each thread of the pool keeps the last that it played, until it plays another or ends
    alive = weakref.WeakSet()

    def desk():
        alive.add(made := Desk())
        return made

    gc.disable()  # it is not for the garbage collector to free what was played
    try:
        await run_suite(told(Caller, desk, trials=20), isolation=isolation, keep=False)
        assert not alive
    finally:
        gc.enable()


async def test_watchers_see_the_run_go_on(isolation):
    standings = [Standing(planned=4)]
    await run_suite(
        [told(trials=2), told(Caller, costs(0.1), name="b"), told(Caller, Lost, name="c")],
        isolation=isolation,
        watchers=[lambda what: standings.append(standings[-1].after(what))],
    )
    last = standings[-1]
    assert (last.running, last.passed, last.failed, last.ended) == (0, 3, 1, 4)
    assert last.spent.cost == pytest.approx(0.1)
    assert last.time_left(4.0) == 0


async def test_a_shard_plays_its_part(isolation):
    parts = [await run_suite(told(trials=5), isolation=isolation, shard=f"{n}/2") for n in (1, 2)]
    assert [[each.trial.number for each in part.trials] for part in parts] == [[1, 3, 5], [2, 4]]
    assert all(part.success for part in parts)


async def test_min_pass_rate(isolation):
    def desk(trial):
        return Lost() if trial.number == 1 else Desk()

    half = told(Caller, desk, trials=4, min_pass_rate=0.75)
    assert (await run_suite(half, isolation=isolation)).success
    assert not (await run_suite(half.with_(min_pass_rate=0.8), isolation=isolation)).success


async def test_trials_of_nothing_are_refused(isolation):
    with pytest.raises(ConfigError, match="`trials` must be at least 1"):
        await run_suite(told(), isolation=isolation, trials=0)


async def test_a_control_that_has_stopped_before_begins_nothing(isolation):
    control = Control()
    control.end(Stop.NO_MORE)
    result = await run_suite(told(), isolation=isolation, control=control)
    assert (result.trials, result.ending) == ((), Ending.INTERRUPTED)


async def test_an_agent_that_blocks_holds_up_nobody_on_threads(isolation):
    if isolation == "loop":
        return

    class Blocks(scenario.AgentAdapter):
        async def call(self, input):
            time.sleep(0.05)  # noqa: ASYNC251 - blocking is the point
            return "It comes on Monday."

    began = time.perf_counter()
    result = await run_suite(told(Caller, Blocks, trials=20), isolation=isolation, concurrency=20)
    assert result.success
    assert time.perf_counter() - began < 20 * 0.05


@pytest.mark.parametrize(
    ("trials", "usual", "during"), [(3, 700, 50_000), (2, 700, 700), (3, 60_000, 60_000), (3, 0, 0)]
)
async def test_a_large_run_lets_garbage_be_collected_seldom(isolation, monkeypatch, trials, usual, during):
    seen = []

    class Looks(Desk):
        async def call(self, input):
            seen.append(gc.get_threshold())
            return await super().call(input)

    monkeypatch.setattr("scenario.suite.suite_run._MANY", 3)
    before = gc.get_threshold()
    gc.set_threshold(usual, 11, 12)
    try:
        await run_suite(told(Caller, Looks, trials=trials), isolation=isolation)
        assert set(seen) == {(during, 11, 12)}
        assert gc.get_threshold() == (usual, 11, 12)
    finally:
        gc.set_threshold(*before)
