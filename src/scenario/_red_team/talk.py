"""What the attacker's model is asked for its next message. Pure."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

from scenario._red_team.attempts import Attack, Attempt, TakenBack
from scenario._red_team.encodings import looks_encoded
from scenario._red_team.planner import Expand, Variation
from scenario._red_team.prompts import (
    BEFORE,
    BEGIN,
    FIRST,
    FORGOTTEN,
    KNOWN,
    NO_REPLY,
    REFINE,
    TAKEN_BACK,
)
from scenario._red_team.techniques import AttackTechnique
from scenario._text import shorten
from scenario.message_types import Message

_LONGEST = 6_000
_MOST_KNOWN = 12


def attacker_messages(system: str, attack: Attack) -> tuple[Message, ...]:
    """The conversation from the attacker's side: its own messages as the assistant's, undisguised.

    Exchanges that were taken back stay, with a note, so that it learns from them.

    Args:
        system: The instructions for this turn.
        attack: The attack so far.
    """
    opening = BEFORE.format(transcript=attack.before) if attack.before else BEGIN
    messages: list[Message] = [{"role": "system", "content": system}, {"role": "user", "content": opening}]
    for attempt in attack.attempts:
        messages.append({"role": "assistant", "content": _own(attempt)})
        messages.append({"role": "user", "content": _heard(attempt)})
    return tuple(messages)


def variation_messages(system: str, wish: Expand, written: Sequence[Variation]) -> tuple[Message, ...]:
    """What to ask for one variation of an attempt.

    Args:
        system: The instructions.
        wish: What the search wants.
        written: The variations that were written for it already.
    """
    parent = wish.parent
    parts = [FIRST]
    if parent is not None:
        reply = parent.reply[:_LONGEST] or NO_REPLY
        parts = [
            REFINE.format(
                score=parent.score, prompt=parent.prompt, reply=reply, hint=parent.hint or "(unknown)"
            )
        ]
    known = [node.prompt for node in wish.known if parent is None or node.id != parent.id]
    known += [variation.prompt for variation in written]
    if known:
        listed = "\n".join(f"- {shorten(prompt, 300)}" for prompt in known[-_MOST_KNOWN:])
        parts.append(KNOWN.format(prompts=listed))
    return ({"role": "system", "content": system}, {"role": "user", "content": "\n\n".join(parts)})


def disguised(
    text: str, techniques: Sequence[AttackTechnique], probability: float, seed: int | None, turn: int
) -> tuple[str, str | None]:
    """The text as it is sent, and the technique that disguises it, if any.

    Args:
        text: What is meant.
        techniques: What to pick from.
        probability: How likely a disguise is, from 0 to 1.
        seed: With it, the choice of a turn is always the same.
        turn: The turn of the attack.
    """
    if not techniques or not probability or looks_encoded(text):
        return text, None
    chance = random.Random() if seed is None else random.Random(f"{seed}/{turn}")  # noqa: S311 - no secret depends on it
    if chance.random() >= probability:
        return text, None
    technique = chance.choice(techniques)
    return technique.transform(text), technique.name


def _own(attempt: Attempt) -> str:
    if not (attempt.observation or attempt.strategy):
        return attempt.text
    thought = {"observation": attempt.observation, "strategy": attempt.strategy, "reply": attempt.text}
    return json.dumps(thought, ensure_ascii=False)


def _heard(attempt: Attempt) -> str:
    reply = attempt.reply[:_LONGEST] or NO_REPLY
    if attempt.taken_back is not TakenBack.REFUSED:
        return reply
    return f"{reply}\n\n{TAKEN_BACK.format(memory=FORGOTTEN[attempt.told_to_forget])}"
