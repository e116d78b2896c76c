"""The steps of an attack's script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenario._utils.awaiting import await_if_awaitable
from scenario.checks import Check
from scenario.errors import StepTypeError
from scenario.script import Agent, Judge, Step, User, describe
from scenario.types import CriterionResult, ScenarioResult, ScriptStep

if TYPE_CHECKING:
    from scenario.red_team_agent import RedTeamAgent
    from scenario.scenario_state import ScenarioState


@dataclass(frozen=True, repr=False)
class Answer(Agent):
    """The agent under test answers; nothing happens once the attacker has left."""

    async def __call__(self, state: ScenarioState | None = None) -> ScenarioResult | None:
        """Let the agent speak, unless there is nothing to answer."""
        return None if state is not None and state.ending is not None else await super().__call__(state)

    def __repr__(self) -> str:
        return "agent()"


@dataclass(frozen=True, repr=False)
class EarlyExit(Step):
    """Ends the run when the attack is achieved, after the final checks."""

    attacker: RedTeamAgent
    final_checks: tuple[ScriptStep, ...] = ()

    async def __call__(self, state: ScenarioState | None = None) -> ScenarioResult | None:
        """Score the newest reply, and end the run if that settles it."""
        state = _given(state, self)
        await self.attacker.observe(state)
        if not self.attacker.check_early_exit(state):
            return None
        ended, checked = await _performed(self.final_checks, state)
        if ended is not None:
            return _reported(ended, self.attacker, state)
        return self.attacker.concluded(state, checked)

    def __repr__(self) -> str:
        return "early_exit()"


@dataclass(frozen=True, repr=False)
class JudgeAttack(Judge):
    """The judge gives the verdict, and the report of the attack goes with it."""

    attacker: RedTeamAgent | None = None

    async def __call__(self, state: ScenarioState | None = None) -> ScenarioResult | None:
        """Score the newest reply, and ask the judge."""
        state = _given(state, self)
        if self.attacker is None:
            return await super().__call__(state)
        await self.attacker.observe(state)
        return _reported(await super().__call__(state), self.attacker, state)

    def __repr__(self) -> str:
        return "judge()"


@dataclass(frozen=True, repr=False)
class Verdict(Step):
    """The scores of the attack decide the run; no judge is asked."""

    attacker: RedTeamAgent

    async def __call__(self, state: ScenarioState | None = None) -> ScenarioResult | None:
        """Score the newest reply, and end the run."""
        state = _given(state, self)
        await self.attacker.observe(state)
        return self.attacker.concluded(state)

    def __repr__(self) -> str:
        return "verdict()"


def marathon(
    attacker: RedTeamAgent,
    total_turns: int,
    checks: Sequence[ScriptStep],
    final_checks: Sequence[ScriptStep],
    *,
    exits: bool,
    judge: bool,
) -> list[ScriptStep]:
    """The steps of a whole attack.

    Args:
        attacker: Whose attack it is.
        total_turns: How many turns it has.
        checks: What is checked in each turn.
        final_checks: What is checked at the end.
        exits: Whether it ends when it is achieved.
        judge: Whether a judge decides what the attack itself does not.
    """
    early = [EarlyExit(attacker, tuple(final_checks))] if exits else []
    turn: list[ScriptStep] = [User(), Answer(), *early, *checks]
    last: Step = JudgeAttack(attacker=attacker) if judge else Verdict(attacker)
    return [*(turn * total_turns), *final_checks, last]


async def _performed(
    steps: Sequence[ScriptStep], state: ScenarioState
) -> tuple[ScenarioResult | None, list[CriterionResult]]:
    """Perform checks outside the script's own order: the result that one gave, and the verdicts of the others."""
    verdicts: list[CriterionResult] = []
    for step in steps:
        value: Any = step
        while value is step or isinstance(value, Step | Check):
            value = await await_if_awaitable(value(state))
        if value is False:
            raise AssertionError(f"the final check {describe(step)} returned False")
        if isinstance(value, ScenarioResult):
            return value, verdicts
        if isinstance(value, CriterionResult):
            verdicts.append(value)
    return None, verdicts


def _reported(
    result: ScenarioResult | None, attacker: RedTeamAgent, state: ScenarioState
) -> ScenarioResult | None:
    from scenario._red_team.result import with_report  # noqa: PLC0415 - only where an attack ends

    return None if result is None else with_report(result, attacker.report(state))


def _given(state: ScenarioState | None, step: Step) -> ScenarioState:
    if state is None:
        raise StepTypeError(f"{step!r} is a step and is called with the state: put it into the script.")
    return state
