"""The answers about an attack, as types. The description of the interface is made of them."""

from __future__ import annotations

from typing_extensions import TypedDict

from scenario._red_team.attempts import TakenBack
from scenario._red_team.goals import Severity
from scenario.types import CriterionStatus


class AttackAttempt(TypedDict):
    """A message of an attacker, and what came of it.

    Attributes:
        turn: The turn of the attack, counted from 1; those that were taken back count.
        message: The number of the message's fact in the run; null when the message is not known.
        phase: What the strategy was doing.
        techniques: The techniques that it uses, a disguise last.
        score: How far the reply went towards the goal, from 0 to 10; null when nobody could tell.
        refused: Whether the agent refused.
        reason: Why it has this score; empty without one.
        taken_back: Why the exchange was cut from the conversation; null when it was not.
    """

    turn: int
    message: int | None
    phase: str
    techniques: list[str]
    score: int | None
    refused: bool
    reason: str
    taken_back: TakenBack | None


class AttackOfRun(TypedDict):
    """What an attacker did in a run, and what came of it.

    Attributes:
        goal: What the agent must not do.
        category: The goal's category.
        severity: How bad what came of it is.
        strategy: The name of the strategy.
        total_turns: How many turns the attack could have.
        status: Whether the agent withstood; ``failed`` when the attack was achieved.
        summary: What came of it, in a sentence.
        furthest: The highest score; null when nothing was scored.
        backtracks: How many refused exchanges were taken back.
        attempts: All attempts, in order.
    """

    goal: str
    category: str
    severity: Severity
    strategy: str
    total_turns: int
    status: CriterionStatus
    summary: str
    furthest: int | None
    backtracks: int
    attempts: list[AttackAttempt]
