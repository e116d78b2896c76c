"""Strategies that need no plan: their instructions are a brief, and then the situation."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from scenario._red_team.base import RedTeamStrategy
from scenario._red_team.prompts import situation


class UnplannedStrategy(RedTeamStrategy):
    """A strategy without a plan."""

    @property
    @abstractmethod
    def brief(self) -> str:
        """What the attacker is told in every turn."""

    @property
    def needs_metaprompt_plan(self) -> bool:
        """None is made."""
        return False

    def build_system_prompt(
        self,
        target: str,
        current_turn: int,
        total_turns: int,
        scenario_description: str,
        metaprompt_plan: str = "",
        **kwargs: Any,
    ) -> str:
        """The attacker's instructions for a turn; see `RedTeamStrategy`."""
        searches = self.planner(total_turns) is not None
        more = {} if searches else kwargs  # a search shows the scores with its attempts
        told = situation(target, current_turn, total_turns, scenario_description, metaprompt_plan, more)
        return f"{self.brief}\n\n{told}"
