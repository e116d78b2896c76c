"""What a search wants next, as values. A planner takes scores and gives wishes; it asks and sends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias


@dataclass(frozen=True)
class Node:
    """An attempt in a search.

    Attributes:
        id: Its number, from 0, in the order of growing.
        parent: The attempt that it is a variation of, or None.
        depth: How many steps from the beginning, from 1.
        prompt: What is said to the agent.
        on_topic: Whether it still aims at the goal; one that does not is never sent.
        score: How far the reply went, from 0 to 10; None before there is one.
        reply: The agent's reply.
        hint: Advice for the next variation.
    """

    id: int
    parent: int | None
    depth: int
    prompt: str
    on_topic: bool = True
    score: int | None = None
    reply: str = ""
    hint: str = ""


@dataclass(frozen=True)
class Expand:
    """Write variations of an attempt.

    Attributes:
        parent: The attempt; None: the first ones.
        count: How many.
        known: The attempts that the variations should differ from.
        judged: Whether somebody must say if they are on topic.
    """

    parent: Node | None
    count: int
    known: tuple[Node, ...] = ()
    judged: bool = False


@dataclass(frozen=True)
class Send:
    """Send an attempt to the agent, in a conversation without the others."""

    node: Node


@dataclass(frozen=True)
class Exhausted:
    """There is nothing left to try."""


Wish: TypeAlias = Expand | Send | Exhausted


@dataclass(frozen=True)
class Variation:
    """A message that the attacker's model wrote.

    Attributes:
        prompt: The message.
        on_topic: Whether it still aims at the goal.
    """

    prompt: str
    on_topic: bool = True


class Planner(Protocol):
    """A search. Each method returns a new planner."""

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All attempts, in the order of their ids."""
        ...

    def wants(self) -> Wish:
        """What should happen next."""
        ...

    def grown(self, wish: Expand, variations: Sequence[Variation]) -> Planner:
        """The search with the variations that it wanted."""
        ...

    def scored(self, node: int, score: int, reply: str = "", hint: str = "") -> Planner:
        """The search with the score of the attempt that it wanted sent."""
        ...


def best_of(nodes: Sequence[Node]) -> Node | None:
    """The attempt with the highest score; the newest of several. None when none has a score."""
    scored = [node for node in nodes if node.score is not None]
    return max(scored, key=lambda node: (node.score, node.id), default=None)


def with_score(nodes: tuple[Node, ...], node: int, score: int, reply: str, hint: str) -> tuple[Node, ...]:
    """The attempts, with what came of one of them."""
    known = replace(nodes[node], score=score, reply=reply, hint=hint)
    return (*nodes[:node], known, *nodes[node + 1 :])


def with_children(
    nodes: tuple[Node, ...], parent: Node | None, variations: Sequence[Variation]
) -> tuple[Node, ...]:
    """The attempts, and the variations as new ones after them."""
    depth = 1 if parent is None else parent.depth + 1
    above = None if parent is None else parent.id
    new = [
        Node(len(nodes) + place, above, depth, variation.prompt, variation.on_topic)
        for place, variation in enumerate(variations)
    ]
    return (*nodes, *new)
