"""A simulated user that needs no model: it follows an agenda."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from scenario._scripted_user.agenda import Agenda, Aim, Phrasings, Say, next_move, replies_in
from scenario.agent_adapter import AgentAdapter
from scenario.checks import Check
from scenario.errors import ConfigError
from scenario.types import AgentInput, AgentReturnTypes, AgentRole, EndingKind, UserEnding

Text: TypeAlias = str | Sequence[str]
"""Something to say, or several ways to say it."""

_NUDGES = (
    "Sorry, that does not answer me.",
    "That is not what I asked about.",
    "I still need help with this.",
)


@dataclass(frozen=True)
class Goal:
    """Something that a scripted user wants.

    Attributes:
        say: How the user brings it up.
        until: A regular expression. The goal is reached when a reply matches; None: by any reply.
    """

    say: Text
    until: str | None = None


class ScriptedUserAgent(AgentAdapter):
    """A simulated user with an agenda: an opening, goals in order, answers, reactions, and a patience.

    It ends the conversation the way a person does: *done* when its goals are reached, *handed over* when the
    agent passes it on, or *gave up* when its patience is at an end. The run then goes to the judge, or on with
    the script. Nothing is kept between calls, so one instance can take part in many runs at once.

    Args:
        opening: What the user says first.
        goals: What the user brings up then, one after the other, as texts or `Goal` values.
        answers: What the user knows: regular expressions for what the agent may ask, and what to say then.
            Several that match are all answered.
        reactions: Regular expressions for what the agent may say, and what the user says to that before
            anything else; a `UserEnding` makes the user leave.
        done_when: A regular expression for a reply, or a check of the conversation: the user has all they
            wanted. None: when the last goal is reached.
        handed_over_when: A regular expression for a reply that passes the user on to somebody else.
        patience: How many replies in a row may lead nowhere before the user gives up.
        nudges: What the user says to such replies.
        closing: What the user says at the end, or None.
        giving_up: What the user says when giving up, or None.
        seed: Chooses among phrasings; the same seed gives the same choice.
        name: The name in reports.

    Raises:
        ConfigError: Something here cannot be followed.
    """

    role = AgentRole.USER

    def __init__(
        self,
        opening: Text,
        *,
        goals: Sequence[Text | Goal] = (),
        answers: Mapping[str, Text] | None = None,
        reactions: Mapping[str, Text | UserEnding] | None = None,
        done_when: str | Check | None = None,
        handed_over_when: str | None = None,
        patience: int = 2,
        nudges: Text = _NUDGES,
        closing: str | None = None,
        giving_up: str | None = None,
        seed: int = 0,
        name: str | None = None,
    ) -> None:
        if done_when is not None and not isinstance(done_when, str | Check):
            raise ConfigError(
                f"ScriptedUserAgent: done_when is a regular expression as text, or a check, not {done_when!r}",
                source="done_when",
            )
        if isinstance(goals, str):
            raise ConfigError(f"ScriptedUserAgent: goals is a list: write [{goals!r}]", source="goals")
        if patience < 0:
            raise ConfigError(f"ScriptedUserAgent: patience cannot be {patience}", source="patience")
        self.name = name
        self._done_check = done_when if isinstance(done_when, Check) else None
        self._agenda = Agenda(
            aims=(Aim(_phrasings(opening, "opening"), None), *(_aim(goal) for goal in goals)),
            answers=tuple(
                (_pattern(key, "answers"), _phrasings(text, "answers"))
                for key, text in (answers or {}).items()
            ),
            reactions=tuple(
                (_pattern(key, "reactions"), _reaction(text)) for key, text in (reactions or {}).items()
            ),
            done_when=_pattern(done_when, "done_when") if isinstance(done_when, str) else None,
            insists=done_when is not None,
            handed_over_when=_pattern(handed_over_when, "handed_over_when") if handed_over_when else None,
            patience=patience,
            nudges=_phrasings(nudges, "nudges"),
            closing=closing,
            giving_up=giving_up,
            seed=seed,
        )

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """The next thing that the user says, or the end of their part."""
        replies = replies_in(cast("list[dict[str, Any]]", input.messages))
        if replies and self._done_check is not None and (verdict := self._done_check(input.scenario_state)):
            reason = f"{verdict.criterion}: {verdict.reasoning}"
            return UserEnding(EndingKind.DONE, reason, self._agenda.closing)
        move = next_move(self._agenda, replies)
        return move.text if isinstance(move, Say) else move


def _aim(goal: Text | Goal) -> Aim:
    if isinstance(goal, Goal):
        until = _pattern(goal.until, "goals") if goal.until else None
        return Aim(_phrasings(goal.say, "goals"), until)
    return Aim(_phrasings(goal, "goals"), None)


def _phrasings(text: Text, what: str) -> Phrasings:
    if isinstance(text, str):
        return (text,)
    if isinstance(text, Sequence) and text and all(isinstance(each, str) for each in text):
        return tuple(text)
    raise ConfigError(f"ScriptedUserAgent: {what} needs a text or a list of texts, not {text!r}", source=what)


def _reaction(text: Text | UserEnding) -> Phrasings | UserEnding:
    return text if isinstance(text, UserEnding) else _phrasings(text, "reactions")


def _pattern(pattern: str, what: str) -> re.Pattern[str]:
    if not isinstance(pattern, str):
        raise ConfigError(
            f"ScriptedUserAgent: {pattern!r} in {what} is not a regular expression as text", source=what
        )
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise ConfigError(
            f"ScriptedUserAgent: {pattern!r} in {what} is not a regular expression: {error}", source=what
        ) from error
