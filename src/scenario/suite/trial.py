"""One trial of a scenario: its number, its seed, and how code that takes part in it gets at them."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Trial:
    """One play of a scenario.

    Attributes:
        scenario: The scenario's name.
        identity: What the scenario is: a hash of its content.
        number: Which trial of the scenario, counted from 1.
        planned: How many trials of the scenario are planned.
        seed: The seed of its chance: below 2**53, the same whenever the same trial is played.
        fields: The scenario's fields.
    """

    scenario: str
    identity: str
    number: int
    planned: int
    seed: int
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any], compare=False)

    @property
    def key(self) -> tuple[str, int]:
        """What tells it from all other trials of a suite, in this process and in every other."""
        return self.identity, self.number

    def __str__(self) -> str:
        """The trial for people."""
        return f"{self.scenario} #{self.number}"


playing: ContextVar[Trial | None] = ContextVar("scenario_trial", default=None)
"""The trial that this code takes part in."""


def current_trial() -> Trial | None:
    """The trial that is being played, for agents, steps and factories that want its seed or its number.

    Returns:
        The trial; None outside of suites.

    Example:
        >>> import random
        >>> from scenario.suite import current_trial
        >>> trial = current_trial()
        >>> dice = random.Random(trial.seed if trial is not None else 0)
    """
    return playing.get()
