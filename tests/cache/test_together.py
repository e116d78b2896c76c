"""Equal calls at the same time: across threads, loops and runs, with failures, cancellation and circles."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import scenario
from scenario._cache.flights import Circle, Flights, Follow, Lead
from scenario._cache.recall import files
from scenario.testing import ScriptedAgent
from support import user

BOUND = 20


class Gate:
    """A call that waits until it may go on."""

    def __init__(self):
        self.calls = 0
        self.entered = threading.Event()
        self.opened = threading.Event()

    def pass_through(self):
        self.calls += 1
        self.entered.set()
        assert self.opened.wait(BOUND)


def run_in(pool, function, *args):
    return pool.submit(contextvars.copy_context().run, function, *args)


class Watched(Flights):
    """Says when somebody follows."""

    def __init__(self):
        super().__init__()
        self.followed = threading.Semaphore(0)

    def join(self, key, holding):
        part = super().join(key, holding)
        if isinstance(part, Follow):
            self.followed.release()
        return part


@pytest.fixture
def watched(monkeypatch):
    watched = Watched()
    monkeypatch.setattr("scenario._cache.recall.flights", watched)
    return watched


def test_equal_calls_in_threads_are_made_once(within, watched):
    gate = Gate()

    @scenario.cache()
    def ask(question):
        gate.pass_through()
        return [question]

    with within(), ThreadPoolExecutor(5) as pool:
        asked = [run_in(pool, ask, "?") for _ in range(5)]
        for _ in range(4):
            assert watched.followed.acquire(timeout=BOUND)
        gate.opened.set()
        answers = [each.result(BOUND) for each in asked]
    assert answers == [["?"]] * 5
    assert len({id(answer) for answer in answers}) == 5
    assert gate.calls == 1


def test_different_calls_do_not_wait_for_each_other(within):
    gate = Gate()

    @scenario.cache()
    def ask(question):
        if question == "slow":
            gate.pass_through()
        return question

    with within(), ThreadPoolExecutor(1) as pool:
        slow = run_in(pool, ask, "slow")
        assert gate.entered.wait(BOUND)
        assert ask("fast") == "fast"
        gate.opened.set()
        assert slow.result(BOUND) == "slow"


def test_equal_async_calls_on_several_loops_are_made_once(within, watched):
    gate = Gate()

    @scenario.cache()
    async def ask(question):
        await asyncio.to_thread(gate.pass_through)
        return question

    async def twice():
        return await asyncio.gather(ask("?"), ask("?"))

    with within(), ThreadPoolExecutor(2) as pool:
        loops = [run_in(pool, asyncio.run, twice()) for _ in range(2)]
        for _ in range(3):
            assert watched.followed.acquire(timeout=BOUND)
        gate.opened.set()
        assert [loop.result(BOUND) for loop in loops] == [["?", "?"]] * 2
    assert gate.calls == 1


async def test_runs_at_the_same_time_share_their_calls(folder):
    agent = ScriptedAgent("hi")

    @scenario.cache()
    async def ask(input):
        await asyncio.sleep(0)
        return await agent.call(input)

    def run():
        script = [scenario.user("x"), scenario.agent(), scenario.succeed()]
        return scenario.run("a", "b", [scenario.agent_from(ask), user("x")], script=script, cache_key="v1")

    await asyncio.gather(*(run() for _ in range(6)))
    assert agent.calls == 1


def test_an_exception_reaches_all_who_wait(within, watched):
    gate = Gate()

    @scenario.cache()
    def fail():
        gate.pass_through()
        raise OSError("down")

    with within(), ThreadPoolExecutor(3) as pool:
        asked = [run_in(pool, fail) for _ in range(3)]
        for _ in range(2):
            assert watched.followed.acquire(timeout=BOUND)
        gate.opened.set()
        assert [str(each.exception(BOUND)) for each in asked] == ["down"] * 3
        assert gate.calls == 1
        with pytest.raises(OSError, match="down"):
            fail()
    assert gate.calls == 2


async def test_when_the_one_who_asks_is_cancelled_a_waiter_asks(within, watched):
    calls = []
    asked = asyncio.Event()
    answered = asyncio.Event()

    @scenario.cache()
    async def ask():
        calls.append(1)
        asked.set()
        await answered.wait()
        return "answer"

    with within():
        first = asyncio.create_task(ask())
        await asked.wait()
        others = [asyncio.create_task(ask()) for _ in range(2)]
        for _ in range(2):
            assert await asyncio.to_thread(watched.followed.acquire, timeout=BOUND)
        first.cancel()
        answered.set()
        assert await asyncio.wait_for(asyncio.gather(*others), BOUND) == ["answer"] * 2
        assert len(calls) == 2
        with pytest.raises(asyncio.CancelledError):
            await first


async def test_a_waiter_that_is_cancelled_disturbs_nobody(within, watched):
    asked, answered = asyncio.Event(), asyncio.Event()
    calls = []

    @scenario.cache()
    async def ask():
        calls.append(1)
        asked.set()
        await answered.wait()
        return "answer"

    with within():
        first = asyncio.create_task(ask())
        await asked.wait()
        second, third = (asyncio.create_task(ask()) for _ in range(2))
        for _ in range(2):
            assert await asyncio.to_thread(watched.followed.acquire, timeout=BOUND)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        answered.set()
        assert await asyncio.wait_for(asyncio.gather(first, third), BOUND) == ["answer"] * 2
    assert len(calls) == 1


async def test_a_call_whose_loop_is_gone_is_made_by_the_next(within):
    """The coroutine is closed by hand, as a collector closes one whose loop has ended."""

    @scenario.cache()
    async def ask():
        await asyncio.Event().wait()

    @scenario.cache()
    async def answer():
        return "answer"

    with within():
        left = ask()
        left.send(None)
        left.close()
        again = asyncio.create_task(ask())
        await asyncio.sleep(0)
        assert not again.done()
        again.cancel()
        assert await answer() == "answer"


async def test_a_file_that_keeps_one_waiting_does_not_hold_up_the_loop(within, folder):
    @scenario.cache()
    async def ask():
        return "answer"

    with within():
        file = files.at(folder)
        with file._lock:
            asked = asyncio.create_task(ask())
            for _ in range(10):
                await asyncio.sleep(0)
            assert not asked.done()
        assert await asyncio.wait_for(asked, BOUND) == "answer"


def test_a_cached_function_may_call_itself(within):
    @scenario.cache()
    def factorial(number):
        return 1 if number == 0 else number * factorial(number - 1)

    with within():
        assert factorial(6) == 720


def test_a_function_that_calls_itself_equally_does_not_wait_for_itself(within):
    depth = []

    @scenario.cache()
    def again():
        depth.append(1)
        return "deep" if len(depth) == 3 else again()

    with within():
        assert again() == "deep"
    assert len(depth) == 3


async def test_a_task_inside_a_call_does_not_wait_for_the_call(within):
    depth = []

    @scenario.cache()
    async def again():
        depth.append(1)
        if len(depth) == 2:
            return "deep"
        return await asyncio.create_task(again())

    with within():
        assert await asyncio.wait_for(again(), BOUND) == "deep"


def test_two_functions_that_call_each_other_do_not_wait_for_each_other_for_ever(within):
    both = threading.Barrier(2)
    local = threading.local()

    def cross(other):
        if getattr(local, "inside", False):
            return "end"
        local.inside = True
        both.wait(BOUND)
        return other()

    @scenario.cache()
    def ping():
        return cross(pong)

    @scenario.cache()
    def pong():
        return cross(ping)

    with within(), ThreadPoolExecutor(2) as pool:
        asked = [run_in(pool, each) for each in (ping, pong)]
        assert {each.result(BOUND) for each in asked} == {"end"}


def test_who_waits_in_a_circle_is_told():
    flights = Flights()
    a, b, c = (("file", name) for name in "abc")
    assert [flights.join(each, []) for each in (a, b, c)] == [Lead(), Lead(), Lead()]
    assert isinstance(flights.join(b, [a]), Follow)
    assert isinstance(flights.join(c, [b]), Follow)
    assert flights.join(a, [c]) == Circle()
    flights.leave(c, [b])
    assert isinstance(flights.join(a, [c]), Follow)
