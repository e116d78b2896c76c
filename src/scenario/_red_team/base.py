"""What an attack consists of, and how a strategy says its next step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scenario._red_team.planner import Planner


@dataclass(frozen=True)
class AttackerOutput:
    """What an attacker's model answered.

    Attributes:
        reply: What is said to the agent.
        observation: What it makes of the agent's last reply.
        strategy: Why it says this, and which techniques it uses.
        parse_failed: The answer was not in the form that the strategy asks for; `reply` is all of it.
    """

    reply: str
    observation: str = ""
    strategy: str = ""
    parse_failed: bool = False


class RedTeamStrategy(ABC):
    """How an attack goes on from turn to turn.

    Turns of an attack are counted from 1: the first call of the attacker in a run is turn 1, and the last of a
    whole attack is `total_turns`, whatever turns of the conversation they fall in.
    """

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
        """The attacker's instructions for a turn.

        Args:
            target: What the agent must not do, and the attacker tries to reach.
            current_turn: The turn of the attack, from 1.
            total_turns: How many there are.
            scenario_description: The scenario's description.
            metaprompt_plan: The plan of the attack, if there is one.
            kwargs: `backtracks_remaining`, `last_score` (0 to 10, or None), `hint`; more may come.
        """

    @abstractmethod
    def get_phase_name(self, current_turn: int, total_turns: int) -> str:
        """What the attack does in a turn (from 1), in a word."""

    @property
    def name(self) -> str:
        """What reports call it."""
        return type(self).__name__.removesuffix("Strategy").lower()

    @property
    def needs_metaprompt_plan(self) -> bool:
        """Whether a plan is made before the first turn."""
        return True

    def phase_kind(self, current_turn: int, total_turns: int) -> str:
        """The kind of `get_phase_name`, for reports that compare strategies; by default the same."""
        return self.get_phase_name(current_turn, total_turns)

    def template_variables(self, target: str, description: str, total_turns: int) -> Mapping[str, Any]:
        """What a template for the plan may name in braces."""
        ends = phase_ends(total_turns)
        names = ("phase1_end", "phase2_end", "phase3_end")
        return {
            "target": target,
            "description": description,
            "total_turns": total_turns,
            **dict(zip(names, ends, strict=True)),
        }

    def parse_attacker_output(self, text: str) -> AttackerOutput:
        """What the model's answer means; by default all of it is said to the agent."""
        return AttackerOutput(text.strip())

    def chosen_technique_ids(self, output: AttackerOutput) -> tuple[str, ...]:
        """The ids of the strategy's own techniques that an answer uses."""
        return ()

    def planner(self, total_turns: int) -> Planner | None:
        """The search that picks each attempt by the scores of those before; None: the conversation goes on."""
        return None


PHASES = ((0.2, "warmup"), (0.45, "probing"), (0.75, "escalation"))
"""Until which share of the turns a phase of `CrescendoStrategy` lasts; then comes ``direct``."""


def phase_ends(total_turns: int) -> tuple[int, ...]:
    """The last turn of each of the first three phases, from 1; 0 for a phase that has none."""
    return tuple(sum(turn / total_turns < end for turn in range(1, total_turns + 1)) for end, _ in PHASES)
