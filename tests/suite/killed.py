"""A suite of many short trials, played in a process of its own that may be killed."""

from __future__ import annotations

import asyncio
import os
import random
from multiprocessing.connection import Connection

import scenario
import scenario.scenario_executor
import scenario.store.sink
from scenario import AgentRole, checks
from scenario.suite import Scenario, current_trial, run_suite

BATCH = "scenariobatch_killed"


class User(scenario.AgentAdapter):
    role = AgentRole.USER

    async def call(self, input):
        await asyncio.sleep(random.Random(current_trial().seed).random() / 100)
        return "Where is my parcel?"


class Desk(scenario.AgentAdapter):
    async def call(self, input):
        await asyncio.sleep(0.005)
        return "It comes on Monday."


MANY = Scenario(
    name="parcel",
    agents=[User, Desk],
    trials=500,
    script=[scenario.user(), scenario.agent(), checks.said("Monday")],
)


def main(parent: Connection, store: str, resume: str | None) -> None:
    """Play it, and say how many trials there are, how many were there before, how many differ, and the verdict."""
    os.environ["SCENARIO_VERBOSE"] = "0"
    playing = run_suite(
        MANY, store=store, resume=resume, batch_id=BATCH, concurrency=20, isolation="loop", keep=False
    )
    result = asyncio.run(playing)
    keys = {each.trial.key for each in result.trials}
    parent.send(
        (len(result.trials), sum(each.is_resumed for each in result.trials), len(keys), result.success)
    )
