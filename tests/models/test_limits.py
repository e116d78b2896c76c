"""How many calls an endpoint gets at once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenario._models.limits import Gate, Limit


@given(st.lists(st.booleans(), max_size=200), st.floats(1, 500))
def test_a_limit_stays_between_one_and_its_ceiling(refusals, size):
    limit = Limit(size, ceiling=max(size, 64))
    for refused in refusals:
        limit = limit.after_refusal(limit.era) if refused else limit.after_success()
        assert 1 <= limit.size <= limit.ceiling


@given(st.integers(1, 100))
def test_a_round_of_successes_adds_about_one(size):
    limit = Limit(float(size), ceiling=1000)
    for _ in range(size):
        limit = limit.after_success()
    assert size + 0.5 < limit.size <= size + 1


def test_a_refusal_halves():
    assert Limit(64, 100).after_refusal(0) == Limit(32, 100, era=1)


def test_the_refusals_of_one_round_halve_once():
    limit = Limit(64, 100)
    for _ in range(20):
        limit = limit.after_refusal(0)
    assert limit.size == 32


async def most_at_once(gate, callers):
    inside = most = 0

    async def pass_through():
        nonlocal inside, most
        await gate.enter()
        inside += 1
        most = max(most, inside)
        await asyncio.sleep(0)
        inside -= 1
        gate.leave()

    await asyncio.gather(*(pass_through() for _ in range(callers)))
    return most


@pytest.mark.parametrize("size", [1, 3, 10])
async def test_no_more_pass_than_the_limit_allows(size):
    assert await most_at_once(Gate(Limit(size, 10)), 25) == size


async def test_a_caller_who_leaves_while_waiting_blocks_nobody():
    gate = Gate(Limit(1, 1))
    await gate.enter()
    first, second = asyncio.ensure_future(gate.enter()), asyncio.ensure_future(gate.enter())
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.sleep(0)
    gate.leave()
    assert await second == 0


async def test_a_caller_who_leaves_just_as_it_gets_a_place_gives_it_on():
    gate = Gate(Limit(1, 1))
    await gate.enter()
    first, second = asyncio.ensure_future(gate.enter()), asyncio.ensure_future(gate.enter())
    await asyncio.sleep(0)
    gate.leave()
    first.cancel()
    assert await second == 0
    assert first.cancelled()


@given(st.lists(st.sampled_from(["enter", "leave", "cancel", "refused", "succeeded"]), max_size=60))
def test_whatever_happens_everybody_gets_through_in_the_end(steps):
    async def play():
        gate, waiting = Gate(Limit(2, 4)), []
        for step in steps:
            match step:
                case "enter":
                    waiting.append(asyncio.ensure_future(gate.enter()))
                case "cancel" if waiting:
                    leaving = waiting.pop()
                    leaving.cancel() if not leaving.done() else gate.leave()
                case "leave" if waiting and waiting[0].done():
                    waiting.pop(0)
                    gate.leave()
                case "refused":
                    gate.refused(gate.limit.era)
                case "succeeded":
                    gate.succeeded()
            await asyncio.sleep(0)
        while waiting:
            await asyncio.wait_for(waiting.pop(0), 1)
            gate.leave()

    asyncio.run(play())


async def test_a_cap_of_the_users_own_holds():
    gate = Gate(Limit(256, 1000))
    gate.cap(2)
    assert await most_at_once(gate, 10) == 2
