"""How steadily a scenario passes."""

from __future__ import annotations

from enum import Enum

from scenario.statistics.counts import Counts
from scenario.statistics.intervals import CONFIDENCE, wilson

HALF = 0.5
"""The bound that the classes look at: whether a scenario passes more often than it fails."""


class Steadiness(str, Enum):
    """How steadily a scenario passes, from its trials and the Wilson interval of its rate.

    A scenario with passes and failures is flaky, however rare one of them is.
    """

    ALWAYS = "always passes"
    """Every trial passed, and the interval lies above one half: at least four trials, at 95 %."""
    USUALLY = "usually passes"
    """Some failed, and the interval lies above one half."""
    MIXED = "mixed"
    """Some passed and some failed, and the interval does not lie above one half."""
    NEVER = "never passes"
    """Every trial failed, and the interval lies below one half: at least four trials, at 95 %."""
    UNCLEAR = "too few trials"
    """All trials so far went the same way, and there are too few of them to say more; or there are none."""

    @property
    def is_flaky(self) -> bool:
        """Whether there are passes as well as failures."""
        return self in {Steadiness.USUALLY, Steadiness.MIXED}


def steadiness(counts: Counts, confidence: float = CONFIDENCE) -> Steadiness:
    """The class of these trials.

    Args:
        counts: The trials.
        confidence: Of the interval.
    """
    interval = wilson(counts, confidence)
    above, below = interval.low > HALF, interval.high < HALF
    if counts.passed and counts.failed:
        return Steadiness.USUALLY if above else Steadiness.MIXED
    if counts.passed and above:
        return Steadiness.ALWAYS
    if counts.failed and below:
        return Steadiness.NEVER
    return Steadiness.UNCLEAR
