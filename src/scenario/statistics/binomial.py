"""The binomial distribution."""

from __future__ import annotations

import math


def binomial(trials: int, rate: float) -> list[float]:
    """The chance of each number of passes, from none to all.

    Args:
        trials: How many trials, each by itself.
        rate: The chance that one passes.
    """
    if rate in {0.0, 1.0}:
        return [float(passed == trials * rate) for passed in range(trials + 1)]
    of_pass, of_failure = math.log(rate), math.log1p(-rate)
    whole = math.lgamma(trials + 1)
    return [
        math.exp(
            whole
            - math.lgamma(passed + 1)
            - math.lgamma(trials - passed + 1)
            + passed * of_pass
            + (trials - passed) * of_failure
        )
        for passed in range(trials + 1)
    ]
