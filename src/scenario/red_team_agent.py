"""The attacker: a user who tries to make the agent do what it must not.

This version has no built-in attack: the classes are here to be subclassed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from scenario.agent_adapter import AgentAdapter
from scenario.errors import NotAvailableError
from scenario.types import AgentInput, AgentReturnTypes, AgentRole

_MISSING = (
    "{what} is not in this version of scenario, which has no built-in attacks. Subclass scenario.RedTeamAgent and "
    "override `call`: an attacker is an agent of the role USER, and `input.scenario_state.rollback_messages_to` "
    "takes back what did not work."
)


class AttackTechnique(ABC):
    """A way to disguise an attacker's message."""

    name: str

    @abstractmethod
    def transform(self, message: str) -> str:
        """The message, disguised."""


DEFAULT_TECHNIQUES: tuple[AttackTechnique, ...] = ()
"""The techniques that come with the library: none in this version."""


class RedTeamStrategy(ABC):
    """How an attack goes on from turn to turn."""

    @abstractmethod
    def build_system_prompt(
        self,
        target: str,
        current_turn: int,
        total_turns: int,
        scenario_description: str,
        metaprompt_plan: str = "",
        **kwargs: Any,
    ) -> str:
        """The attacker's instructions for a turn."""

    @abstractmethod
    def get_phase_name(self, current_turn: int, total_turns: int) -> str:
        """What the attack does in a turn, in a word."""


class CrescendoStrategy(RedTeamStrategy):
    """Begins harmlessly and asks for a little more each turn. Not in this version."""

    def build_system_prompt(
        self,
        target: str,
        current_turn: int,
        total_turns: int,
        scenario_description: str,
        metaprompt_plan: str = "",
        **kwargs: Any,
    ) -> str:
        """The attacker's instructions for a turn.

        Raises:
            NotAvailableError: Always, in this version; override it in a subclass.
        """
        raise NotAvailableError(_MISSING.format(what="CrescendoStrategy"))

    def get_phase_name(self, current_turn: int, total_turns: int) -> str:
        """What the attack does in a turn: ``warmup``, ``probing``, ``escalation`` or ``direct``."""
        progress = current_turn / total_turns if total_turns else 1.0
        phases = ((0.2, "warmup"), (0.45, "probing"), (0.75, "escalation"))
        return next((name for end, name in phases if progress < end), "direct")


class RedTeamAgent(AgentAdapter):
    """An attacker in the user's place. Subclass it and override `call`; this version brings no attack.

    Args:
        strategy: How the attack goes on.
        target: What the attacker wants the agent to do.
        total_turns: How many turns the attack has.
        options: Kept as they are, for subclasses.
    """

    role = AgentRole.USER

    def __init__(
        self,
        *,
        strategy: RedTeamStrategy | None = None,
        target: str = "",
        total_turns: int = 30,
        **options: Any,
    ) -> None:
        self.strategy = strategy
        self.target = target
        self.total_turns = total_turns
        self.options = options

    @classmethod
    def crescendo(cls, *, target: str, total_turns: int = 30, **options: Any) -> RedTeamAgent:
        """An attacker that follows `CrescendoStrategy`."""
        return cls(strategy=CrescendoStrategy(), target=target, total_turns=total_turns, **options)

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """What the attacker says.

        Raises:
            NotAvailableError: Always, in this version; override it in a subclass.
        """
        raise NotAvailableError(_MISSING.format(what=type(self).__name__))
