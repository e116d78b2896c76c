"""How many trials passed, of how many."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Trials of one scenario, or of several together: counts can be added.

    Attributes:
        passed: How many passed.
        trials: How many there were.

    Raises:
        ValueError: More passed than there were, or a number is negative.
    """

    passed: int
    trials: int

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        if not 0 <= self.passed <= self.trials:
            raise ValueError(f"{self.passed} of {self.trials} trials cannot have passed.")

    @property
    def failed(self) -> int:
        """How many did not pass."""
        return self.trials - self.passed

    @property
    def rate(self) -> float:
        """The pass rate, from 0 to 1; 0 without trials."""
        return self.passed / self.trials if self.trials else 0.0

    def __add__(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(self.passed + other.passed, self.trials + other.trials)

    def __str__(self) -> str:
        """The counts in words, such as ``19 of 20``."""
        return f"{self.passed} of {self.trials}"
