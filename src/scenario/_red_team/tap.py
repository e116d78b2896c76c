"""The search that keeps several attempts and drops the worst.

After Mehrotra et al., "Tree of Attacks: Jailbreaking Black-Box LLMs Automatically" (2023, arXiv 2312.02119).
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
from scenario._red_team.prompts import TAP
from scenario._red_team.unplanned import UnplannedStrategy
from scenario.errors import ConfigError


@dataclass(frozen=True)
class TapPlan:
    """Grows a tree level by level: varies each kept attempt, drops what is off topic, keeps the best.

    Attributes:
        width: How many attempts of a level are kept.
        depth: How many levels there are.
        branching: How many variations of each kept attempt are written.
        nodes: The attempts so far.
        level: The level that grows now, from 1.
        parents: The attempts of the level before that are still to be varied; None stands for the beginning.
    """

    width: int = 3
    depth: int = 3
    branching: int = 2
    nodes: tuple[Node, ...] = ()
    level: int = 1
    parents: tuple[int | None, ...] = (None,)

    @property
    def best(self) -> Node | None:
        """The attempt that went furthest so far."""
        return best_of(self.nodes)

    @property
    def most_attempts(self) -> int:
        """How many attempts are sent at most."""
        total, level = 0, 1
        for _ in range(self.depth):
            level = self.branching * min(level, self.width)
            total += level
        return total

    def wants(self) -> Wish:
        """Variations while a kept attempt has none; then to send them; then the next level."""
        if self.parents:
            parent = self.parents[0]
            above = None if parent is None else self.nodes[parent]
            return Expand(above, self.branching, self.nodes, judged=True)
        unsent = next((node for node in _of_level(self.nodes, self.level) if node.score is None), None)
        return Exhausted() if unsent is None else Send(unsent)

    def grown(self, wish: Expand, variations: Sequence[Variation]) -> TapPlan:
        """The tree with the variations that it wanted."""
        nodes = with_children(self.nodes, wish.parent, variations[: self.branching])
        return replace(self, nodes=nodes, parents=self.parents[1:])

    def scored(self, node: int, score: int, reply: str = "", hint: str = "") -> TapPlan:
        """The tree with the score of an attempt; once a level has all its scores, the next one begins."""
        plan = replace(self, nodes=with_score(self.nodes, node, score, reply, hint))
        level = _of_level(plan.nodes, self.level)
        if self.level >= self.depth or any(each.score is None for each in level):
            return plan
        kept = sorted(level, key=lambda each: (-(each.score or 0), each.id))[: self.width]
        return replace(plan, level=self.level + 1, parents=tuple(each.id for each in kept))


def _of_level(nodes: Sequence[Node], level: int) -> list[Node]:
    return [node for node in nodes if node.depth == level and node.on_topic]


class TapStrategy(UnplannedStrategy):
    """A tree of single messages, each in a fresh conversation; the best of each level grow on.

    Args:
        width: How many attempts of a level are kept.
        depth: How many levels there are.
        branching: How many variations of each kept attempt are written.

    Raises:
        ConfigError: One of them is below 1.
    """

    def __init__(self, width: int = 3, depth: int = 3, branching: int = 2) -> None:
        for name, value in (("width", width), ("depth", depth), ("branching", branching)):
            if value < 1:
                raise ConfigError(
                    f"TapStrategy({name}={value}): give a whole number from 1.", source=f"TapStrategy.{name}"
                )
        self.width = width
        self.depth = depth
        self.branching = branching

    @property
    def most_attempts(self) -> int:
        """How many attempts are sent at most."""
        return self.planner(0).most_attempts

    @property
    def brief(self) -> str:
        """How to vary an attempt."""
        return TAP

    def get_phase_name(self, current_turn: int, total_turns: int) -> str:
        """Always ``search``."""
        return "search"

    def planner(self, total_turns: int) -> TapPlan:
        """The tree; it is not made larger for more turns."""
        return TapPlan(self.width, self.depth, self.branching)
