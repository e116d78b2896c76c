"""The search that refines one attempt by its score.

After Chao et al., "Jailbreaking Black Box Large Language Models in Twenty Queries" (2023, arXiv 2310.08419).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scenario._red_team.planner import (
    Exhausted,
    Expand,
    Node,
    Send,
    Variation,
    Wish,
    best_of,
    with_children,
    with_score,
)
from scenario._red_team.prompts import PAIR
from scenario._red_team.unplanned import UnplannedStrategy


@dataclass(frozen=True)
class PairPlan:
    """Refines the best attempt so far, so that the attempt it starts from never gets worse.

    Attributes:
        attempts: How many attempts are sent at most.
        nodes: The attempts so far.
    """

    attempts: int
    nodes: tuple[Node, ...] = ()

    @property
    def best(self) -> Node | None:
        """The attempt that went furthest so far."""
        return best_of(self.nodes)

    def wants(self) -> Wish:
        """To send the newest attempt; once it has a score, a variation of the best."""
        if self.nodes and self.nodes[-1].score is None:
            return Send(self.nodes[-1])
        if len(self.nodes) >= self.attempts:
            return Exhausted()
        return Expand(self.best, 1, self.nodes)

    def grown(self, wish: Expand, variations: Sequence[Variation]) -> PairPlan:
        """The search with the variation that it wanted."""
        return replace(self, nodes=with_children(self.nodes, wish.parent, variations[:1]))

    def scored(self, node: int, score: int, reply: str = "", hint: str = "") -> PairPlan:
        """The search with the score of an attempt."""
        return replace(self, nodes=with_score(self.nodes, node, score, reply, hint))


class PairStrategy(UnplannedStrategy):
    """One message at a time, each in a fresh conversation, refined by how far the best so far went."""

    @property
    def brief(self) -> str:
        """How to refine an attempt."""
        return PAIR

    def get_phase_name(self, current_turn: int, total_turns: int) -> str:
        """``first`` and then ``refinement``."""
        return "first" if current_turn <= 1 else "refinement"

    def planner(self, total_turns: int) -> PairPlan:
        """As many attempts as there are turns."""
        return PairPlan(total_turns)
