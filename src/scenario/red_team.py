"""Red teaming: strategies, planted instructions, catalogues of goals, disguises, reports.

The attacker itself is `scenario.RedTeamAgent`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from scenario._red_team import encodings
from scenario._red_team.attempts import Attempt, Calls, Score, TakenBack
from scenario._red_team.base import AttackerOutput, RedTeamStrategy
from scenario._red_team.catalogue import (
    OWASP_AGENTIC,
    OWASP_LLM,
    Catalogue,
    catalogue,
    load_catalogue,
)
from scenario._red_team.crescendo import CrescendoStrategy
from scenario._red_team.fresh_threads import new_thread_on_rollback
from scenario._red_team.goals import AttackGoal, Severity
from scenario._red_team.goat import DEFAULT_GOAT_TECHNIQUES, GoatStrategy, Technique
from scenario._red_team.pair import PairPlan, PairStrategy
from scenario._red_team.payload import Payload, Place, planted
from scenario._red_team.planner import Exhausted, Expand, Node, Planner, Send, Variation
from scenario._red_team.planting import PlantedTool, not_followed, plant
from scenario._red_team.refusals import refusal_words
from scenario._red_team.report import AttackReport, Cell, Matrix, Terms, matrix
from scenario._red_team.result import RedTeamResult
from scenario._red_team.tap import TapPlan, TapStrategy
from scenario._red_team.techniques import (
    ALL_TECHNIQUES,
    DEFAULT_TECHNIQUES,
    AttackTechnique,
    Encoded,
    translated,
)
from scenario._text import shorten
from scenario._utils.together import together
from scenario._wording import visible
from scenario.agent_adapter import AgentAdapter
from scenario.red_team_agent import RedTeamAgent
from scenario.scenario_executor import run
from scenario.types import ScenarioResult

__all__ = [
    "ALL_TECHNIQUES",
    "DEFAULT_GOAT_TECHNIQUES",
    "DEFAULT_TECHNIQUES",
    "OWASP_AGENTIC",
    "OWASP_LLM",
    "AttackGoal",
    "AttackReport",
    "AttackTechnique",
    "AttackerOutput",
    "Attempt",
    "Calls",
    "Campaign",
    "Catalogue",
    "Cell",
    "CrescendoStrategy",
    "Encoded",
    "Exhausted",
    "Expand",
    "GoatStrategy",
    "Matrix",
    "Node",
    "PairPlan",
    "PairStrategy",
    "Payload",
    "Place",
    "Planner",
    "PlantedTool",
    "RedTeamAgent",
    "RedTeamResult",
    "RedTeamStrategy",
    "Score",
    "Send",
    "Severity",
    "TakenBack",
    "TapPlan",
    "TapStrategy",
    "Technique",
    "Terms",
    "Variation",
    "attack",
    "campaign",
    "catalogue",
    "encodings",
    "load_catalogue",
    "matrix",
    "new_thread_on_rollback",
    "not_followed",
    "plant",
    "planted",
    "refusal_words",
    "translated",
]

MakeAttacker: TypeAlias = Callable[[AttackGoal], RedTeamAgent]
MakeAgents: TypeAlias = Callable[[], Sequence[AgentAdapter]]


@dataclass(frozen=True)
class Campaign:
    """Many attacks, and what came of them.

    Attributes:
        results: The result of each run, in the order of goals and attackers.
    """

    results: tuple[ScenarioResult, ...]

    @property
    def reports(self) -> tuple[AttackReport, ...]:
        """The reports of the attacks."""
        return tuple(result.attack for result in self.results if isinstance(result, RedTeamResult))

    @property
    def matrix(self) -> Matrix:
        """Category by strategy."""
        return matrix(self.reports)

    def to_markdown(self) -> str:
        """The matrix, and the report of each achieved attack after it."""
        achieved = [report.to_markdown() for report in self.reports if report.achieved]
        return "\n".join([self.matrix.to_markdown(), *achieved])


async def attack(
    attacker: RedTeamAgent, agents: Sequence[AgentAdapter], description: str, **options: Any
) -> ScenarioResult:
    """Run one attack to its end, decided by its scores, without a judge.

    Args:
        attacker: The attacker.
        agents: The agent under test, and whoever else takes part.
        description: What the agent is for; the attacker reads it.
        options: More for `scenario.run`, such as `set_id` or `metadata`.

    Returns:
        A `RedTeamResult`, unless something else ended the run.
    """
    return await run(
        name=shorten(visible(f"{attacker.strategy.name}: {attacker.target}"), 120),
        description=description,
        agents=[*agents, attacker],
        script=attacker.marathon_script(judge=False),
        **options,
    )


async def campaign(
    goals: Iterable[AttackGoal],
    attackers: Sequence[MakeAttacker],
    agents: MakeAgents,
    description: str,
    *,
    at_once: int = 4,
    **options: Any,
) -> Campaign:
    """Attack with each strategy for each goal.

    Args:
        goals: What to try, such as `catalogue().only("LLM06")`.
        attackers: Each makes an attacker for a goal.
        agents: Makes the agents of a run, the attacker aside.
        description: What the agent is for.
        at_once: How many attacks go on at the same time.
        options: More for `scenario.run`.

    Returns:
        All results. When a run raises, the others are ended and it is raised here.

    Raises:
        ValueError: `at_once` is below 1.
        ScenarioError: A run raised: a model could not be had, or an agent broke.
    """
    if at_once < 1:
        raise ValueError(f"campaign(at_once={at_once}): give a whole number from 1")
    places = asyncio.Semaphore(at_once)

    async def one(make: MakeAttacker, goal: AttackGoal) -> ScenarioResult:
        async with places:
            return await attack(make(goal), agents(), description, **options)

    return Campaign(tuple(await together(one(make, goal) for goal in goals for make in attackers)))
