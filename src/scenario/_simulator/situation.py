"""What a description gives away about a reply: its names for the user, and its sentences. Pure."""

from __future__ import annotations

import re

from scenario._simulator import patterns
from scenario._simulator.words import join, longest_copy, size_of, words_of

_COPIED, _COPIED_SENTENCE = 6, 8
_MOSTLY = 0.75
_ARTICLE = r"\b(?:the|this|an?|der|die|das|dem|den|eine?|el|la|una?)"


def names_of_user(situation: str) -> set[str]:
    """The names that a description has for the user."""
    who = {next(filter(None, groups)).casefold() for groups in patterns.WHO.regex.findall(situation)}
    return who | {found[0].casefold() for found in patterns.PERSON.regex.finditer(situation)}


def _names_user(run: str, names: set[str]) -> bool:
    any_name = "|".join(re.escape(name) for name in sorted(names))
    found = re.search(
        rf"{_ARTICLE} (?:{any_name})n?\b(?! (?:service|support|care)\b)|(?:{any_name})(?:は|が)", run
    )
    return found is not None


def speaks_for_user(text: str, situation: str) -> re.Match[str] | None:
    """A sentence about what the user of the description would say or do."""
    subjects = "|".join(re.escape(noun) for noun in sorted(names_of_user(situation)))
    if not subjects:
        return None
    modal = "would|should|might|würde|sollte|müsste|debería|respondería|diría"
    article = rf"{_ARTICLE}(?: [\w-]+)?"
    as_one = rf"\b(?:respond|reply|answer|response)(?: \w+)? as {article} (?:{subjects})\b"
    thinking = rf"\A\W*(?:okay|ok|hmm|alright|so|let's see)[,. ]+{article} (?:{subjects}) (?:is|wants|knows|has|needs)\b"
    say = "responder|contestar|actuar|antworten|reagieren"
    as_one += (
        rf"|\b(?:{say}) (?:como|als) {article} (?:{subjects})\b|\bals (?:{subjects}) (?:\w+ )?(?:{say})\b"
    )
    return re.search(rf"{article} (?:{subjects}) (?:{modal})\b|{as_one}|{thinking}", text, re.IGNORECASE)


def quote_of_description(text: str, situation: str) -> str:
    """What a text has from a description that speaks of the user as of somebody else; nothing if it is empty."""
    names = names_of_user(situation)
    copied = longest_copy(text, situation)
    run = join(copied)
    if size_of(copied) >= _COPIED_SENTENCE and patterns.OUTSIDE_VIEW.regex.search(run):
        return run
    if names and size_of(copied) >= _COPIED and _names_user(run, names):
        return run
    known = set(words_of(situation))
    for sentence in re.split(r"(?<=[.!?\u3002])\s*|\n", text):
        words = words_of(sentence)
        begins = any(noun in words[:2] or join(words).startswith(noun + "は") for noun in names)
        shared = sum(word in known for word in words)
        if begins and size_of(words) >= _COPIED - 2 and shared >= _MOSTLY * len(words):
            return sentence
    return ""
