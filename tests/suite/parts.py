"""What tests of suites need: scenarios that take no time."""

from __future__ import annotations

import asyncio
from typing import Any

import scenario
from scenario import AgentRole, checks
from scenario.suite import RetryPolicy, Scenario
from scenario.usage import Usage

AT_ONCE = RetryPolicy(retries=2, first_wait=0.0)


class Caller(scenario.AgentAdapter):
    role = AgentRole.USER

    async def call(self, input):
        return "Where is my parcel?"


class Desk(scenario.AgentAdapter):
    async def call(self, input):
        return "It comes on Monday."


class Lost(scenario.AgentAdapter):
    async def call(self, input):
        return "I do not know."


def told(*agents: Any, name: str = "parcel", **fields: Any) -> Scenario:
    """One turn, and a check of the reply."""
    script = [scenario.user(), scenario.agent(), checks.said("Monday")]
    return Scenario(**{"name": name, "agents": agents or (Caller, Desk), "script": script, **fields})


def costs(dollars: float, *, before: asyncio.Event | None = None) -> Any:
    """A factory of agents that report what each of their calls costs."""

    class Costly(scenario.AgentAdapter):
        async def call(self, input):
            if before is not None:
                await before.wait()
            input.report_usage(Usage(calls=1, input_tokens=10, output_tokens=5, cost=dollars), model="m")
            return "It comes on Monday."

    return Costly
