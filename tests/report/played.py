"""A suite that is played into a store: five scenarios, twenty trials of each, with an agent that sometimes fails."""

from __future__ import annotations

import random
from collections.abc import Mapping

import scenario
from scenario import AgentInput, AgentRole, CriterionResult, CriterionStatus, Usage
from scenario.store import FilePlace, StoreSink
from scenario.types import Evidence, Fault, FaultKind
from support import user

RATES: Mapping[str, float] = {
    "greets the customer": 1.0,
    "finds the order": 0.9,
    "gives a refund": 0.7,
    "hands over <script>alert('x')</script>": 0.4,
    "speaks Latin": 0.0,
}
TRIALS = 20
POLITE = "The agent says <please> & thank you"
HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\">"


def seed_of(name: str, trial: int) -> str:
    return f"{name} {trial}"


def is_good(name: str, trial: int, rates: Mapping[str, float] = RATES) -> bool:
    """What the agent does in this trial: the same whenever it is played."""
    return random.Random(seed_of(name, trial)).random() < rates[name]


class Desk(scenario.AgentAdapter):
    """Thanks, or is rude, as chance has it."""

    role = AgentRole.AGENT

    def __init__(self, good: bool) -> None:
        self._good = good

    async def call(self, input: AgentInput):
        input.report_usage(Usage(calls=1, input_tokens=100, output_tokens=20, cost=0.001), model="desk")
        return "Please, and thank you." if self._good else f"Go away. {HOSTILE}"


class Ear(scenario.AgentAdapter):
    """A judge that hears whether the agent thanked."""

    role = AgentRole.JUDGE

    def __init__(self, fault: Fault | None = None) -> None:
        self._fault = fault

    async def call(self, input: AgentInput):
        if self._fault is not None:
            return scenario.ScenarioResult(
                success=False, messages=[], reasoning="no verdict", fault=self._fault
            )
        good = "thank you" in str(input.messages[-1]["content"])
        quote = "thank you" if good else "Go away."
        status = CriterionStatus.PASSED if good else CriterionStatus.FAILED
        verdict = CriterionResult(POLITE, status, "It says so itself.", (Evidence(1, quote),))
        return scenario.ScenarioResult(
            success=good,
            messages=[],
            reasoning="polite" if good else f"rude {HOSTILE}",
            passed_criteria=[POLITE] if good else [],
            failed_criteria=[] if good else [POLITE],
            criteria=[verdict],
        )


async def play_suite(
    place: FilePlace,
    *,
    batch: str = "scenariobatch_demo",
    rates: Mapping[str, float] = RATES,
    trials: int = TRIALS,
    judge_faults: Mapping[str, int] | None = None,
) -> None:
    """Play every trial into the store; of a scenario in `judge_faults` so many trials more have a judge that breaks."""
    sink = StoreSink(place)
    faults = judge_faults or {}
    for name in rates:
        for trial in range(1, trials + faults.get(name, 0) + 1):
            judge = Ear(Fault(FaultKind.JUDGE, "the judge is away") if trial > trials else None)
            await scenario.arun(
                name,
                f"somebody wants that it {name}",
                [user(), Desk(is_good(name, trial, rates)), judge],
                script=[scenario.user("Good morning. " + HOSTILE), scenario.agent(), scenario.judge()],
                verbose=False,
                set_id="desk",
                metadata={"trial": trial, "trials": trials + faults.get(name, 0), "tags": [name.split()[0]]},
                batch_run_id=batch,
                sinks=[sink],
            )
    losses = sink.close()
    assert not losses, str(losses)
