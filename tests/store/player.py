"""A process that plays runs into a store, and says which are over."""

from __future__ import annotations

import asyncio
import os
from multiprocessing.connection import Connection

import scenario
import scenario.scenario_executor
from scenario._observers import observe_runs
from scenario.store.place import place_of
from scenario.store.sink import close_sinks, reader_for, sink_for

TURNS = 3


async def answer(input: scenario.AgentInput) -> str:
    await asyncio.sleep(0.001)  # an agent that takes its time, so that runs overlap
    return f"answer to {len(input.messages)} messages"


async def wait_for_ever(input: scenario.AgentInput) -> str:
    await asyncio.Event().wait()
    return "never"


def main(parent: Connection, setting: str, runs: int, at_once: int, is_killed: bool) -> None:
    """Say ``ready``, wait for a word, play, and say the id of each run once it is over and stored.

    A process that will be killed plays one more run, which never ends by itself.
    """
    os.environ["SCENARIO_BATCH_RUN_ID"] = "shared"
    os.environ["SCENARIO_VERBOSE"] = "0"
    parent.send("ready")
    parent.recv()
    asyncio.run(_play_all(parent, setting, runs, at_once, is_killed))
    close_sinks()
    parent.close()


async def _play_all(parent: Connection, setting: str, runs: int, at_once: int, is_killed: bool) -> None:
    limit = asyncio.Semaphore(at_once)
    place = place_of(setting)
    assert place is not None

    async def play(number: int) -> None:
        agents = [scenario.agent_from(answer), scenario.agent_from(answer, role=scenario.AgentRole.USER)]
        script = [step for _ in range(TURNS) for step in (scenario.user(), scenario.agent())]
        executor = scenario.ScenarioExecutor(f"run {number}", "", agents, [*script, scenario.succeed()])
        async with limit:
            await executor.run()
            await asyncio.wrap_future(sink_for(place).flush())
            parent.send(executor.scenario_run_id)

    async def never_end() -> None:
        agents = [scenario.agent_from(wait_for_ever)]
        await scenario.ScenarioExecutor("for ever", "", agents, [scenario.agent()]).run()

    with observe_runs(lambda: reader_for(place)):
        endless = asyncio.create_task(never_end()) if is_killed else None
        await asyncio.gather(*(play(number) for number in range(runs)))
    if endless is not None:
        await endless
