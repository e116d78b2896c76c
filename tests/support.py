"""What many tests need: a run that keeps what it told, and the three usual players."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import scenario
from scenario import AgentRole
from scenario._engine.facts import Fact
from scenario._events import ScenarioEvent
from scenario.scenario_executor import ScenarioExecutor
from scenario.testing import CountingIds, FakeClock, ScriptedAgent

USER, AGENT, JUDGE = AgentRole.USER, AgentRole.AGENT, AgentRole.JUDGE


def user(*replies: Any) -> ScriptedAgent:
    return ScriptedAgent(*(replies or ("hello",)), role=USER, name="user")


def agent(*replies: Any) -> ScriptedAgent:
    return ScriptedAgent(*(replies or ("hi there",)), name="agent")


def judge(*replies: Any) -> ScriptedAgent:
    return ScriptedAgent(*(replies or ([],)), role=JUDGE, name="judge")


def passed(*criteria: str, **fields: Any) -> scenario.ScenarioResult:
    given = {"success": True, "messages": [], "reasoning": "fine", "passed_criteria": list(criteria)}
    return scenario.ScenarioResult(**{**given, **fields})


def failed(*criteria: str, **fields: Any) -> scenario.ScenarioResult:
    given = {"success": False, "messages": [], "reasoning": "not fine", "failed_criteria": list(criteria)}
    return scenario.ScenarioResult(**{**given, **fields})


class Told:
    """Everything that an executor tells from now on."""

    def __init__(self, executor: ScenarioExecutor) -> None:
        self.facts: list[Fact] = []
        self.events: list[ScenarioEvent] = []
        self.completed = 0
        executor.facts.subscribe(self.facts.append)
        executor.events.subscribe(self.events.append, on_completed=self._complete)

    def _complete(self) -> None:
        self.completed += 1

    @property
    def types(self) -> list[str]:
        return [event.type_.removeprefix("SCENARIO_").removeprefix("RUN_") for event in self.events]

    @property
    def finished(self) -> Any:
        (event,) = [event for event in self.events if event.type_ == "SCENARIO_RUN_FINISHED"]
        return event

    def kinds(self) -> list[str]:
        return [type(fact).__name__ for fact in self.facts]


def executor(
    agents: Sequence[Any] = (), script: Sequence[Any] | None = None, **options: Any
) -> ScenarioExecutor:
    defaults: dict[str, Any] = {"clock": FakeClock(), "new_id": CountingIds()}
    return ScenarioExecutor("a name", "a description", agents, script, **{**defaults, **options})


async def play(agents: Sequence[Any] = (), script: Sequence[Any] | None = None, **options: Any):
    """The result of a run, and what it told."""
    playing = executor(agents, script, **options)
    told = Told(playing)
    return await playing.run(), told


async def play_to_error(agents: Sequence[Any], script: Sequence[Any] | None = None, **options: Any):
    """The exception that ended a run, and what it told."""
    playing = executor(agents, script, **options)
    told = Told(playing)
    try:
        await playing.run()
    except BaseException as error:  # noqa: BLE001 - the test wants it, whatever it is
        return error, told
    raise AssertionError("the run raised nothing")


def said(result: scenario.ScenarioResult) -> list[tuple[str, Any]]:
    return [(message["role"], message.get("content")) for message in result.messages]
