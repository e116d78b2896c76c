"""A user's agenda, and the next thing that a user with this agenda does.

Nothing is remembered between calls: where the user stands follows from the conversation so far, so the same
conversation always leads to the same next move, also after a rollback.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from scenario._text import text_of
from scenario.types import EndingKind, UserEnding

Phrasings: TypeAlias = tuple[str, ...]
"""Ways to say the same thing; one is chosen by the seed."""


@dataclass(frozen=True, slots=True)
class Aim:
    """Something that the user says, and what in a reply shows that it was heard."""

    say: Phrasings
    until: re.Pattern[str] | None


@dataclass(frozen=True, slots=True)
class Agenda:
    """What a user wants, knows, and puts up with.

    Attributes:
        aims: What to say, in order; the first one opens the conversation.
        answers: What the user says when a reply matches.
        reactions: The same, before anything else; an ending makes the user leave.
        done_when: A reply that matches is all that the user wanted.
        insists: The user wants more than answers: without the end that they wait for, the last one is not enough.
        handed_over_when: A reply that matches passes the user on to somebody else.
        patience: How many replies in a row may lead nowhere.
        nudges: What to say to a reply that leads nowhere.
        closing: What to say at the end when all went well, or None.
        giving_up: What to say at the end when it did not, or None.
        seed: Chooses among phrasings.
    """

    aims: tuple[Aim, ...]
    answers: tuple[tuple[re.Pattern[str], Phrasings], ...]
    reactions: tuple[tuple[re.Pattern[str], Phrasings | UserEnding], ...]
    done_when: re.Pattern[str] | None
    insists: bool
    handed_over_when: re.Pattern[str] | None
    patience: int
    nudges: Phrasings
    closing: str | None
    giving_up: str | None
    seed: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a user stands.

    Attributes:
        aim: The aim last spoken of.
        reached: A reply has shown that it was heard.
        unanswered: Replies that led nowhere, in a row.
        used: What was said already in answer or reaction.
        moves: How often the user has spoken.
    """

    aim: int = 0
    reached: bool = False
    unanswered: int = 0
    used: frozenset[str] = frozenset()
    moves: int = 0


@dataclass(frozen=True, slots=True)
class Say:
    """The user says something."""

    text: str


Move: TypeAlias = Say | UserEnding


def next_move(agenda: Agenda, replies: Sequence[str]) -> Move:
    """What the user does after these replies of the agent, one for each message of the user so far."""
    progress = Progress()
    move: Move = Say(_pick(agenda, agenda.aims[0].say, progress))
    for reply in replies:
        progress = replace(progress, moves=progress.moves + 1)
        progress, move = _respond(agenda, progress, reply)
    return move


def replies_in(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the agent said after each message of the user, as one text each."""
    replies: list[list[str]] = []
    for message in messages:
        if message.get("role") == "user":
            replies.append([])
        elif message.get("role") == "assistant" and replies:
            replies[-1].append(text_of(message))
    return ["\n".join(filter(None, texts)) for texts in replies]


def _respond(agenda: Agenda, progress: Progress, reply: str) -> tuple[Progress, Move]:
    for pattern, kind in (
        (agenda.done_when, EndingKind.DONE),
        (agenda.handed_over_when, EndingKind.HANDED_OVER),
    ):
        if pattern is not None and (found := pattern.search(reply)) is not None:
            return progress, UserEnding(kind, f"the agent said {found.group() or reply!r}", agenda.closing)
    until = agenda.aims[progress.aim].until
    if until is not None and until.search(reply):
        progress = replace(progress, reached=True)
    for pattern, reaction in agenda.reactions:
        if pattern.search(reply):
            if isinstance(reaction, UserEnding):
                return progress, reaction
            return _say_again(agenda, progress, pattern.pattern, _pick(agenda, reaction, progress))
    return _pursue(agenda, progress, reply)


def _pursue(agenda: Agenda, progress: Progress, reply: str) -> tuple[Progress, Move]:
    """Answer what was asked, or go on to the next aim, or insist."""
    aim = agenda.aims[progress.aim]
    asked = [(pattern, answer) for pattern, answer in agenda.answers if pattern.search(reply)]
    if asked:
        text = " ".join(_pick(agenda, answer, progress) for _, answer in asked)
        return _say_again(agenda, progress, "|".join(pattern.pattern for pattern, _ in asked), text)
    if not (progress.reached or (aim.until is None and reply.strip())):
        return _insist(agenda, progress)
    if progress.aim + 1 < len(agenda.aims):
        forward = replace(progress, aim=progress.aim + 1, reached=False, unanswered=0)
        return forward, Say(_pick(agenda, agenda.aims[forward.aim].say, progress))
    if agenda.insists:
        return _insist(agenda, progress)
    return progress, UserEnding(EndingKind.DONE, "everything on the agenda was answered", agenda.closing)


def _say_again(agenda: Agenda, progress: Progress, key: str, text: str) -> tuple[Progress, Move]:
    """Say something prepared. To have to say the same again means that the last reply led nowhere."""
    if key in progress.used:
        insisted, move = _insist(agenda, progress)
        return insisted, move if isinstance(move, UserEnding) else Say(text)
    return replace(progress, used=progress.used | {key}, unanswered=0), Say(text)


def _insist(agenda: Agenda, progress: Progress) -> tuple[Progress, Move]:
    unanswered = progress.unanswered + 1
    if unanswered > agenda.patience:
        times = "reply" if unanswered == 1 else "replies in a row"
        reason = f"{unanswered} {times} did not help"
        return progress, UserEnding(EndingKind.GAVE_UP, reason, agenda.giving_up)
    return replace(progress, unanswered=unanswered), Say(_pick(agenda, agenda.nudges, progress))


def _pick(agenda: Agenda, phrasings: Phrasings, progress: Progress) -> str:
    chance = random.Random(f"{agenda.seed}:{progress.moves}:{phrasings[0]}")  # noqa: S311 - variety, not secrecy
    return chance.choice(phrasings)
