"""Who speaks next: a turn as a value, and the moves that lead from one to the next.

A turn is a queue of roles (user, agent, judge), each with the agents of that role that have not spoken
yet. Every function takes a turn and returns a new one; nothing here knows what an agent is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from scenario.types import AgentRole

Waiting: TypeAlias = tuple[AgentRole, tuple[int, ...]]
"""A role, and the positions in the agents list of those of that role who have not spoken in this turn."""

_ORDER: Final = tuple(AgentRole)


class Turn(NamedTuple):
    """One round of the conversation.

    Attributes:
        number: Counted from 0.
        queue: The roles still to come, in order. The first one may have nobody left to speak.
    """

    number: int
    queue: tuple[Waiting, ...]


def first_turn(roles: Sequence[AgentRole | None]) -> Turn:
    """Turn 0 for agents with these roles, in list order; None is a place that never speaks."""
    return Turn(
        0, tuple([(role, tuple([at for at, each in enumerate(roles) if each is role])) for role in _ORDER])
    )


def following(turn: Turn, opening: Turn) -> Turn:
    """The turn after `turn`: everybody may speak again, as in `opening`, the first one."""
    return Turn(turn.number + 1, opening.queue)


def next_speaker(turn: Turn) -> tuple[Turn, int | None]:
    """The next agent to speak, passing over roles with nobody left.

    Returns:
        The turn after that agent was chosen, and its position; None when everybody has spoken.
    """
    queue = turn.queue
    while queue:
        role, waiting = queue[0]
        if waiting:
            return Turn(turn.number, ((role, waiting[1:]), *queue[1:])), waiting[0]
        queue = queue[1:]
    return Turn(turn.number, ()), None


def speaker_for(turn: Turn, role: AgentRole) -> tuple[Turn, int | None]:
    """The next agent of `role`; the roles before it lose their place in this turn.

    Returns:
        The turn after that agent was chosen, and its position; None when none of that role is left.
    """
    queue = turn.queue
    while queue and queue[0][0] is not role:
        queue = queue[1:]
    if not queue or not queue[0][1]:
        return Turn(turn.number, queue), None
    _, waiting = queue[0]
    return Turn(turn.number, ((role, waiting[1:]), *queue[1:])), waiting[0]


def pending_roles(turn: Turn) -> list[AgentRole]:
    """The roles that still have their place in this turn."""
    return [role for role, _ in turn.queue]
