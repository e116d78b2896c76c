"""The attack that begins harmlessly and asks for a little more each turn.

After Russinovich, Salem and Eldan, "Great, Now Write an Article About That: The Crescendo Multi-Turn LLM
Jailbreak Attack" (2024, arXiv 2404.01833).
"""

from __future__ import annotations

from typing import Any

from scenario._red_team.base import PHASES, RedTeamStrategy


class CrescendoStrategy(RedTeamStrategy):
    """Begins harmlessly and asks for a little more each turn, building on what the agent has said itself."""

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
        from scenario._red_team.prompts import (  # noqa: PLC0415 - only where there is an attack
            CRESCENDO,
            CRESCENDO_PHASES,
            situation,
        )

        phase = self.get_phase_name(current_turn, total_turns)
        told = situation(target, current_turn, total_turns, scenario_description, metaprompt_plan, kwargs)
        return f"{CRESCENDO}\n\n{told}\n\nPhase: {phase}. {CRESCENDO_PHASES[phase]}"

    def get_phase_name(self, current_turn: int, total_turns: int) -> str:
        """What the attack does in a turn: ``warmup``, ``probing``, ``escalation`` or ``direct``.

        Args:
            current_turn: From 1.
            total_turns: How many there are.
        """
        progress = current_turn / total_turns if total_turns else 1.0
        return next((name for end, name in PHASES if progress < end), "direct")
