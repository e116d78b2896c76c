"""Who a simulated user is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from scenario._models.checked import is_whole
from scenario.errors import ConfigError


def as_texts(value: object, what: str) -> tuple[str, ...]:
    """One text or several, as several.

    Args:
        value: A text or a sequence of texts.
        what: Its name, for the error.

    Raises:
        ConfigError: It is something else.
    """
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in cast("Sequence[object]", value)):
        return tuple(cast("Sequence[str]", value))
    raise ConfigError(f"{what} takes a text or a list of texts, not {value!r:.80}", source=what)


@dataclass(frozen=True)
class Persona:
    """Who a simulated user is. Every field may be left out; a text stands for a list of one.

    Attributes:
        traits: What they are like, such as ``"a nurse on night shift"`` or ``"impatient"``.
        knowledge: What they know and can tell when asked, such as ``"the order number is 4711"``. Anything
            else they do not know.
        goals: What they want from the conversation.
        patience: How many replies in a row may lead nowhere before they give up, or the same in words.
        style: How they write, such as ``"all lower case, hardly any punctuation"``.
        language: The language that they write in, such as ``"German"``.

    Raises:
        ConfigError: A field holds something else.

    Example:
        >>> Persona(traits="impatient", knowledge=["the order number is 4711"], patience=2).traits
        ('impatient',)
    """

    traits: Sequence[str] = ()
    knowledge: Sequence[str] = ()
    goals: Sequence[str] = ()
    patience: int | str | None = None
    style: str | None = None
    language: str | None = None

    def __post_init__(self) -> None:
        """Keep lists as tuples, so that a persona stays as it was made."""
        object.__setattr__(self, "traits", as_texts(self.traits, "Persona.traits"))
        object.__setattr__(self, "knowledge", as_texts(self.knowledge, "Persona.knowledge"))
        object.__setattr__(self, "goals", as_texts(self.goals, "Persona.goals"))
        if not is_whole(self.patience, 0) and not isinstance(self.patience, str | None):
            text = f"Persona.patience takes a number from 0 or a text, not {self.patience!r:.80}"
            raise ConfigError(text, source="Persona.patience")
        for name, value in (("style", self.style), ("language", self.language)):
            if not isinstance(value, str | None):
                raise ConfigError(f"Persona.{name} takes a text, not {value!r:.80}", source=f"Persona.{name}")


def as_persona(value: object) -> Persona | str | None:
    """The persona, when it is one.

    Raises:
        ConfigError: It is something else.
    """
    if value is None or isinstance(value, str | Persona):
        return value
    raise ConfigError(f"persona takes a text or a scenario.Persona, not {value!r:.80}", source="persona")
