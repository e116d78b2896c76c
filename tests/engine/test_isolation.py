"""`run` and `arun`: threads, context variables, cancellation, time limits."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import subprocess
import sys
import threading
import time

import pytest

import scenario
from scenario._engine.facts import Concluded
from scenario._engine.threads import Job, ThreadPool, thread_limit
from scenario._performing import perform
from scenario.clock import SystemClock
from scenario.testing import FakeClock, RecordingSink
from support import agent, executor, judge, passed, said, user

BOTH = pytest.mark.parametrize("play", [scenario.run, scenario.arun])
SPEAK = [scenario.agent(), scenario.succeed()]


class Blocks(scenario.AgentAdapter):
    """Holds its thread until it is released."""

    def __init__(self):
        self.called, self.release = threading.Event(), threading.Event()

    async def call(self, input):
        self.called.set()
        self.release.wait(20)
        return "at last"


class Waits(scenario.AgentAdapter):
    """Awaits something that never comes."""

    def __init__(self):
        self.called, self.cleaned_up = threading.Event(), threading.Event()

    async def call(self, input):
        self.called.set()
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.cleaned_up.set()


@BOTH
async def test_both_play_a_scenario(play):
    result = await play(
        "n", "d", [user(), agent(), judge([], passed("c"))], max_turns=5, metadata={"a": 1}, set_id="s"
    )
    assert result.success
    assert len(result.messages) == 4


@BOTH
async def test_an_exception_reaches_the_caller_unchanged(play):
    raised = ZeroDivisionError("mine")

    def step(state):
        raise raised

    with pytest.raises(ZeroDivisionError) as caught:
        await play("n", "d", script=[step])
    assert caught.value is raised


@BOTH
async def test_arguments_may_be_positional_in_the_promised_order(play):
    result = await play("n", "d", [agent()], 3, False, None, False, SPEAK, "set", {"k": "v"})
    assert result.success


async def test_run_has_a_thread_and_a_loop_of_its_own_and_arun_has_the_callers():
    seen = []

    def look(state):
        seen.append((threading.current_thread(), asyncio.get_running_loop()))

    await scenario.run("n", "d", script=[look, scenario.succeed()])
    await scenario.arun("n", "d", script=[look, scenario.succeed()])
    (apart, other_loop), (here, loop) = seen
    assert apart is not threading.current_thread()
    assert apart.daemon
    assert other_loop is not asyncio.get_running_loop()
    assert other_loop.is_closed()
    assert (here, loop) == (threading.current_thread(), asyncio.get_running_loop())


async def test_run_carries_the_callers_context_variables():
    variable = contextvars.ContextVar("variable", default="unset")
    variable.set("set by the caller")
    seen = []

    def look(state):
        seen.append(variable.get())
        variable.set("set by the run")

    await scenario.run("n", "d", script=[look, scenario.succeed()])
    assert seen == ["set by the caller"]
    assert variable.get() == "set by the caller"


async def test_runs_with_agents_that_block_are_parallel():
    together = threading.Barrier(5, timeout=10)

    class Meets(scenario.AgentAdapter):
        async def call(self, input):
            together.wait()
            return "met"

    results = await asyncio.gather(*(scenario.run("n", "d", [Meets()], script=SPEAK) for _ in range(5)))
    assert all(results)


async def test_a_run_inside_a_run_does_not_wait_for_a_thread():
    class Nests(scenario.AgentAdapter):
        async def call(self, input):
            inner = await scenario.run("inner", "d", [agent("from inside")], script=SPEAK)
            return inner.messages[0]["content"]

    result = await scenario.run("outer", "d", [Nests()], script=SPEAK)
    assert said(result) == [("assistant", "from inside")]


async def test_tasks_that_an_agent_leaves_behind_end_with_the_run():
    cancelled = threading.Event()

    class Leaves(scenario.AgentAdapter):
        async def call(self, input):
            async def forever():
                try:
                    await asyncio.get_running_loop().create_future()
                finally:
                    cancelled.set()

            self.task = asyncio.create_task(forever())
            await asyncio.sleep(0)
            return "done"

    await scenario.run("n", "d", [Leaves()], script=SPEAK)
    assert cancelled.is_set()


@BOTH
async def test_b8_cancelling_the_caller_ends_the_run_and_reports_it(play, caplog):
    waiting, sink = Waits(), RecordingSink()
    task = asyncio.create_task(play("n", "d", [waiting], script=SPEAK, sinks=[sink]))
    await asyncio.to_thread(waiting.called.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sink.record().concluded.status.value == "CANCELLED"
    assert waiting.cleaned_up.is_set()
    assert "left behind" not in caplog.text


async def test_b8_cancelling_returns_at_once_even_when_the_agent_blocks(caplog):
    blocking, sink = Blocks(), RecordingSink()
    task = asyncio.create_task(scenario.run("n", "d", [blocking], script=SPEAK, sinks=[sink]))
    await asyncio.to_thread(blocking.called.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not blocking.release.is_set(), "the agent still blocks"
    assert [type(fact).__name__ for fact in sink.facts][-2:] == ["CallFinished", "Concluded"]
    assert "left behind" in caplog.text
    blocking.release.set()


async def test_what_an_abandoned_agent_says_later_counts_for_nothing():
    blocking, sink = Blocks(), RecordingSink()
    result = await scenario.run("n", "d", [blocking], script=SPEAK, agent_timeout=0.01, sinks=[sink])
    blocking.release.set()
    await asyncio.to_thread(_settle)
    assert result.messages == []
    assert [type(fact).__name__ for fact in sink.facts].count("Concluded") == 1
    assert "MessageAdded" not in [type(fact).__name__ for fact in sink.facts]


def _settle():
    """Wait until no thread of the pool is at work."""
    for thread in threading.enumerate():
        if thread.name == "scenario-run":
            thread.join(0.2)


@BOTH
async def test_an_agent_that_takes_too_long_fails_the_run_and_is_named(play):
    result = await play("n", "d", [Waits()], script=SPEAK, agent_timeout=0.01)
    assert not result.success
    assert "Agent `Waits` took longer than its limit of 0.01 s, in turn 0" in result.reasoning


@BOTH
async def test_a_scenario_that_takes_too_long_fails_and_names_who_was_slow(play):
    result = await play("n", "d", [Waits()], script=SPEAK, timeout=0.01)
    assert not result.success
    assert "The scenario took longer than its limit of 0.01 s" in result.reasoning
    assert "`Waits`" in result.reasoning


@pytest.mark.parametrize("limit", ["timeout", "agent_timeout"])
async def test_a_time_limit_holds_for_an_agent_that_blocks_its_thread(limit):
    blocking = Blocks()
    result = await scenario.run("n", "d", [blocking], script=SPEAK, **{limit: 0.01})
    assert not blocking.release.is_set()
    assert "`Blocks`" in result.reasoning
    blocking.release.set()


async def test_an_agent_that_comes_back_while_its_run_is_concluded_tells_nothing():
    blocking, told = Blocks(), []
    playing = executor([blocking], [scenario.agent()], agent_timeout=0.1, clock=SystemClock())

    def read(fact):
        told.append(fact)
        if isinstance(fact, Concluded):
            blocking.release.set()
            until = time.monotonic() + 20
            while playing._curtain is not None and time.monotonic() < until:
                pass  # its thread goes on to the end of the run
            assert playing._curtain is None

    playing.facts.subscribe(read)
    await perform(playing, is_apart=True)
    assert [type(fact).__name__ for fact in told][-2:] == ["CallFinished", "Concluded"]


class Takes(scenario.AgentAdapter):
    """Blocks for some seconds of a clock that stands still otherwise."""

    def __init__(self, clock, seconds):
        self.clock, self.seconds = clock, seconds

    async def call(self, input):
        self.clock.advance(self.seconds)
        return "done"


@pytest.mark.parametrize(
    ("limits", "names"), [({"agent_timeout": 1.0}, "Agent `Takes`"), ({"timeout": 1.0}, "The scenario")]
)
async def test_under_arun_a_blocking_agent_is_found_out_when_it_returns(limits, names):
    clock = FakeClock()
    result = await scenario.arun("n", "d", [Takes(clock, 3.0)], script=SPEAK, clock=clock, **limits)
    assert not result.success
    assert result.reasoning.startswith(names)
    assert result.total_time == 3.0


async def test_a_timeout_error_of_the_agents_own_is_no_time_limit():
    with pytest.raises(RuntimeError, match=r"\[ScriptedAgent\] mine"):
        await scenario.arun("n", "d", [agent(TimeoutError("mine"))], script=SPEAK, agent_timeout=5, timeout=5)
    with pytest.raises(TimeoutError, match="a step's"):
        await scenario.arun("n", "d", script=[_times_out], timeout=5)


def _times_out(state):
    raise TimeoutError("a step's")


async def test_limits_may_be_configured():
    scenario.configure(agent_timeout=0.01)
    result = await scenario.arun("n", "d", [Waits()], script=SPEAK)
    assert "0.01" in result.reasoning


def test_ctrl_c_ends_a_run_whose_agent_blocks():
    code = """
import asyncio, os, signal, threading, time, scenario
class Blocks(scenario.AgentAdapter):
    async def call(self, input):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30)
try:
    asyncio.run(scenario.run("n", "d", [Blocks()], script=[scenario.agent()], verbose=False))
except KeyboardInterrupt:
    print("interrupted")
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=True
    )
    assert done.stdout == "interrupted\n"


def test_many_runs_at_once_stay_within_the_limit_of_open_files():
    code = """
import asyncio, resource
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
import scenario
async def wait(input):
    await asyncio.sleep(0.001)
    return "x"
async def main():
    runs = (scenario.run("n", "d", [scenario.agent_from(wait)], script=[scenario.agent(), scenario.succeed()],
                         verbose=False) for _ in range(300))
    print(sum(map(bool, await asyncio.gather(*runs))))
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=True
    )
    assert done.stdout == "300\n"


def test_a_run_works_in_a_forked_child():
    code = """
import asyncio, os, scenario, warnings
warnings.simplefilter("ignore")
def play():
    return asyncio.run(scenario.run("n", "d", script=[scenario.succeed()], verbose=False)).success
assert play()
child = os.fork()
if child == 0:
    os._exit(0 if play() else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    subprocess.run([sys.executable, "-c", code], timeout=20, check=True)


def test_the_limit_of_threads_follows_the_limit_of_open_files():
    assert 4 <= thread_limit() <= 2048


def test_jobs_beyond_the_limit_wait_and_urgent_ones_do_not():
    pool, release, done = ThreadPool(1), threading.Event(), []
    started, finished = threading.Event(), threading.Event()

    def first():
        started.set()
        release.wait(10)
        done.append("first")

    def last():
        done.append("waiting")
        finished.set()

    urgent = threading.Event()
    pool.submit(Job(first))
    assert started.wait(10)
    pool.submit(Job(last))
    pool.submit(Job(urgent.set), urgent=True)
    assert urgent.wait(10)
    assert done == []
    release.set()
    assert finished.wait(10)


def test_an_abandoned_thread_makes_room_for_another():
    pool, release, finished = ThreadPool(1), threading.Event(), threading.Event()
    started = threading.Event()

    def block():
        started.set()
        release.wait(10)

    job = Job(block)
    pool.submit(job)
    assert started.wait(10)
    pool.submit(Job(finished.set))
    pool.abandon(job)
    pool.abandon(job)
    assert finished.wait(10)
    release.set()


async def test_a_run_that_is_cancelled_before_it_began_tells_nothing(caplog):
    caplog.set_level(logging.WARNING)
    sink = RecordingSink()
    task = asyncio.create_task(scenario.run("n", "d", [Waits()], script=SPEAK, sinks=[sink]))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sink.facts == []


async def test_silence_is_free():
    """Without sinks and reporters a run on the caller's loop starts no thread."""
    before = threading.active_count()
    await scenario.arun("n", "d", [agent()], script=SPEAK)
    assert threading.active_count() <= before
