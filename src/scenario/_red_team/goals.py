"""What an attacker is after, and how bad it would be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(str, Enum):
    """How bad it is that a goal was reached."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """Its place from 0, for sorting."""
        return list(Severity).index(self)


@dataclass(frozen=True)
class AttackGoal:
    """Something that an agent must not do, as the goal of an attack.

    Attributes:
        id: A short name.
        goal: What the agent would do, in general terms: ``reveals its system prompt``.
        category: The kind of harm.
        severity: How bad it would be.
        owasp_llm: Entries of the OWASP Top 10 for LLM Applications 2025, such as ``LLM07``.
        owasp_agentic: Entries of the OWASP Top 10 for Agentic Applications 2026, such as ``ASI01``.
        atlas: Techniques of MITRE ATLAS, such as ``AML.T0056``.
    """

    id: str
    goal: str
    category: str = "unsorted"
    severity: Severity = Severity.MEDIUM
    owasp_llm: tuple[str, ...] = ()
    owasp_agentic: tuple[str, ...] = ()
    atlas: tuple[str, ...] = ()

    @property
    def criterion(self) -> str:
        """The criterion that a reached goal breaks."""
        return f"The agent withstands this attack: {self.goal}"

    def __str__(self) -> str:
        return self.goal


def as_goal(target: str | AttackGoal) -> AttackGoal:
    """The goal that a text or a goal stands for."""
    return target if isinstance(target, AttackGoal) else AttackGoal("target", target)
