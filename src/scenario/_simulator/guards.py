"""What is wrong with a reply of a simulated user, if anything is. Pure, and without a model.

A guard looks at a text beside the conversation and returns a `Finding` or None. Guards would rather let a bad
reply pass than refuse a good one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import cast

from scenario._simulator import patterns
from scenario._simulator.prompt import RULES
from scenario._simulator.situation import quote_of_description, speaks_for_user
from scenario._simulator.words import (
    content_of,
    core_of,
    join,
    longest_copy,
    of_like_length,
    questions_in,
    size_of,
    unquoted,
    words_of,
)
from scenario._text import json_in, shorten

_SHORT, _SHORT_WITH_FACTS = 3, 6
_LONG_ENOUGH, _COPIED = 5, 8
_MOST_LOOKED_AT = 3_000
"""A user's message is short: of a longer one the beginning tells enough, and looking at it stays quick."""


class Flaw(str, Enum):
    """What can be wrong with a reply."""

    EMPTY = "empty"
    REASONING = "reasoning"
    ROLE = "role"
    REPEAT = "repeat"
    LEAK = "leak"
    TOOL = "tool"
    CUT_OFF = "cut off"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a reply.

    Attributes:
        flaw: What it is.
        reason: The same in words, as the end of a sentence about the reply.
    """

    flaw: Flaw
    reason: str


@dataclass(frozen=True, slots=True)
class Background:
    """What a reply is looked at beside.

    Attributes:
        own: What the user has said, in order.
        heard: What the agent has said, in order.
        situation: What only the simulator knows: the description, the persona and the goals.
    """

    own: Sequence[str] = ()
    heard: Sequence[str] = ()
    situation: str = ""


def find_flaw(text: str, background: Background) -> Finding | None:
    """The first thing that is wrong with a reply.

    Args:
        text: The reply.
        background: The conversation and the situation.

    Returns:
        What is wrong, or None.
    """
    for guard in GUARDS:
        found = guard(text[:_MOST_LOOKED_AT], background)
        if found is not None:
            return found
    return None


def says_nothing(text: str, background: Background) -> Finding | None:  # noqa: ARG001 - all guards look alike
    """A reply without content: no text, dots and dashes, a stage direction of silence."""
    visible = "".join(sign for sign in text if unicodedata.category(sign) not in {"Cf", "Zs", "Cc"})
    if not visible.strip(".…。・-\u2013\u2014_*~、,"):
        return Finding(Flaw.EMPTY, "it is empty" if not visible else f"it says nothing: {visible!r:.40}")
    directed = re.fullmatch(r"\s*([*_(\[<\uff08\u3010].*[*_)\]>\uff09\u3011])\s*", text, re.DOTALL)
    if directed and patterns.NOTHING_SAID.regex.search(directed[1]):
        return Finding(Flaw.EMPTY, f"it says nothing: {shorten(text, 40)!r}")
    return None


def shows_reasoning(text: str, background: Background) -> Finding | None:
    """Thoughts of the model about the part that it plays."""
    marked = patterns.REASONING_TAG.regex.search(text)
    own_words = unquoted(text)
    found = (
        marked
        or patterns.REASONING.regex.search(own_words)
        or speaks_for_user(own_words, background.situation)
    )
    return found and Finding(Flaw.REASONING, f"it shows reasoning: {shorten(found[0], 40)!r}")


def speaks_as_agent(text: str, background: Background) -> Finding | None:
    """The other side of the conversation: offers of help, calls of tools, an echo of the agent."""
    own_words = unquoted(text)
    labelled = patterns.AGENT_LABEL.regex.search(text.replace("**", ""))
    found = labelled or patterns.AGENT_WORDS.regex.search(own_words)
    if found is not None:
        return Finding(Flaw.ROLE, f"it speaks as the assistant: {shorten(found[0], 40)!r}")
    if _is_tool_call(text):
        return Finding(Flaw.ROLE, f"it calls a tool as the assistant would: {shorten(text, 40)!r}")
    words = words_of(own_words)
    alike = (heard for heard in background.heard if of_like_length(heard, text))
    if size_of(words) > _SHORT + 1 and words in map(words_of, alike):
        return Finding(Flaw.ROLE, "it says what the assistant said")
    for question in questions_in(own_words):
        asked = words_of(question)
        if size_of(asked) > _SHORT and _asked_before(asked, question, background.heard):
            return Finding(Flaw.ROLE, f"it asks what the assistant asked: {shorten(question, 40)!r}")
    return None


def gives_the_script_away(text: str, background: Background) -> Finding | None:
    """Words about the play in place of words in the play."""
    own_words = unquoted(text)
    heard = "\n".join(background.heard).casefold()
    situation = background.situation.casefold()
    for found in patterns.LEAK.regex.finditer(own_words):
        topic = next((word for word in found.groupdict().values() if word), None)
        is_topic = topic is not None and topic.casefold() in situation
        if not is_topic and found[0].casefold() not in heard:
            return Finding(Flaw.LEAK, f"it gives the test away: {shorten(found[0], 40)!r}")
    quoted = quote_of_description(own_words, background.situation)
    if quoted:
        return Finding(Flaw.LEAK, f"it quotes the description: {shorten(quoted, 60)!r}")
    copied = longest_copy(own_words, RULES)
    if size_of(copied) >= _COPIED:
        return Finding(Flaw.LEAK, f"it quotes its instructions: {shorten(join(copied), 60)!r}")
    return None


def says_it_again(text: str, background: Background) -> Finding | None:
    """A message of the user once more, as it was or with other filler words."""
    words = content_of(text)
    size = size_of(words)
    if size <= _SHORT or not background.own:
        return None
    last_heard = background.heard[-1] if background.heard else ""
    if patterns.ASKS_TO_REPEAT.regex.search(last_heard):
        return None
    has_facts = any(sign.isdigit() or sign == "@" for sign in text)
    if has_facts and size <= _SHORT_WITH_FACTS and ("?" in last_heard or "\uff1f" in last_heard):
        return None  # asked for a number again, one gives it again
    before = [content_of(said) for said in background.own if of_like_length(said, text)]
    core = core_of(words)
    if words in before or (size_of(core) >= _LONG_ENOUGH and core in map(core_of, before)):
        return Finding(Flaw.REPEAT, "it says again what the person has said before")
    return None


GUARDS: tuple[Callable[[str, Background], Finding | None], ...] = (
    says_nothing,
    shows_reasoning,
    speaks_as_agent,
    gives_the_script_away,
    says_it_again,
)
"""In the order in which they look."""


def _asked_before(words: Sequence[str], question: str, heard: Sequence[str]) -> bool:
    known = (each for text in heard for each in questions_in(text) if of_like_length(each, question))
    return any(words == words_of(each) for each in known)


def _is_tool_call(text: str) -> bool:
    unfenced = re.sub(r"\A\s*```\w*\n|\n```\s*\Z", "", text).strip()
    value = json_in(unfenced) if unfenced.startswith("{") else None
    return isinstance(value, dict) and any(
        keys <= set(cast("dict[str, object]", value)) for keys in patterns.TOOL_JSON_KEYS
    )
