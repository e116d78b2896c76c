"""Which attempts at a trial are made again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenario._engine.facts import RunStatus
from scenario.errors import ConfigError
from scenario.faults import Fault, FaultKind

_AGAIN = frozenset({FaultKind.INFRASTRUCTURE, FaultKind.SIMULATOR})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How trials are played again that say nothing because something around the agent broke.

    Only faults of the infrastructure and of the simulated user are tried again: those of the agent are what the trial
    came to find, and a judge that could not decide would not the next time either.

    Attributes:
        retries: How often at most, for each trial.
        first_wait: Seconds before the first time; each further wait is twice as long.
        longest_wait: Seconds that no wait exceeds.

    Raises:
        ConfigError: A number is below 0.
    """

    retries: int = 2
    first_wait: float = 0.5
    longest_wait: float = 30.0

    def __post_init__(self) -> None:
        """Refuse what cannot be done."""
        if self.retries < 0 or self.first_wait < 0 or self.longest_wait < 0:
            raise ConfigError(f"{self!r}: the numbers are 0 or more.", source="retries")

    def wait(self, faults: Sequence[Fault | None]) -> float | None:
        """Seconds to wait before the next attempt; None when the last one stands.

        Args:
            faults: The fault of each attempt so far, None for one that passed.
        """
        if not faults or not is_repeatable(faults[-1]) or len(faults) > self.retries:
            return None
        return min(self.longest_wait, self.first_wait * 2.0 ** (len(faults) - 1))


def is_hopeless(status: RunStatus | None, fault: Fault | None) -> bool:
    """Whether a run would end in the same way again: nothing broke, and yet what is around the agent is to blame."""
    return status is RunStatus.FAILED and fault is not None and fault.kind is FaultKind.INFRASTRUCTURE


def is_repeatable(fault: Fault | None) -> bool:
    """Whether another attempt may end otherwise, through no doing of the agent."""
    return fault is not None and fault.kind in _AGAIN
