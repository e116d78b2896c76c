"""What a judge is asked to decide, and on what grounds, as a value."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from scenario._judge.evidence import Source
from scenario._judge.transcript import quotable

_SLUG_LENGTH: Final = 70


@dataclass(frozen=True)
class Case:
    """A conversation, and the criteria that are texts.

    Attributes:
        criteria: The criteria by their keys, ``c1``, ``c2``, in their order.
        description: What the scenario is about.
        messages: The conversation.
        turn: The turn, counted from 0.
        max_turns: The most turns, or None.
        is_forced: Whether a verdict must be given now.
        context: What else the judge should know.
        spans: The spans of the run.
        digest: The spans in full, as text; empty without any.
        digest_outline: The spans without their attributes, when the digest is too long to be shown.
        is_long: Whether the conversation is too long to be shown in full.
    """

    criteria: Mapping[str, str]
    messages: Sequence[Mapping[str, Any]]
    description: str = ""
    turn: int = 0
    max_turns: int | None = None
    is_forced: bool = False
    context: tuple[str, ...] = ()
    spans: Sequence[Any] = ()
    digest: str = ""
    digest_outline: str | None = None
    is_long: bool = False
    _keys: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_keys", _names(self.criteria))

    @property
    def may_look(self) -> bool:
        """Whether there is more than the prompt shows."""
        return self.is_long or self.digest_outline is not None

    def key_of(self, name: str) -> str | None:
        """The key of the criterion that a reply calls by this name, or None when it could be none or several.

        Names are the key, the criterion's text, and the text in the form that older versions used as a key.
        """
        return self._keys.get(name.strip()) or self._keys.get(name.strip().lower())

    def source(self) -> Source:
        """Where a judge's quotes can stand."""
        return Source([quotable(message) for message in self.messages], self.digest)


def keyed(criteria: Sequence[str]) -> dict[str, str]:
    """The criteria by keys that differ in any language; one that is there twice is asked about once."""
    return {f"c{number}": text for number, text in enumerate(dict.fromkeys(criteria), start=1)}


def slug(criterion: str) -> str:
    """A criterion in the form that older versions used as its key."""
    joined = criterion.replace(" ", "_").replace("'", "").lower()
    return re.sub(r"[^a-zA-Z0-9]", "_", joined)[:_SLUG_LENGTH]


def _names(criteria: Mapping[str, str]) -> dict[str, str]:
    """What a reply may call each criterion; a name that would fit several is left out."""
    names: dict[str, str] = {}
    ambiguous: set[str] = set()
    for key, text in criteria.items():
        for name in {slug(text), text.strip(), text.strip().lower()}:
            if names.setdefault(name, key) != key:
                ambiguous.add(name)
    unique = {name: key for name, key in names.items() if name not in ambiguous and name.strip("_")}
    return {**unique, **{key: key for key in criteria}}
