"""Intervals for pass rates and for differences of pass rates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from scenario.statistics.binomial import binomial
from scenario.statistics.counts import Counts

CONFIDENCE = 0.95
"""How often an interval holds the true value, unless another confidence is asked for."""


@dataclass(frozen=True, slots=True)
class Interval:
    """What a value is likely to be.

    Attributes:
        low: The lower end.
        high: The upper end.
    """

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether the value lies in it, its ends included."""
        return self.low <= value <= self.high


def two_sided_z(confidence: float) -> float:
    """The quantile of the normal distribution that leaves half of the rest on each side.

    Raises:
        ValueError: The confidence is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"A confidence lies between 0 and 1, and {confidence} does not.")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(counts: Counts, confidence: float = CONFIDENCE) -> Interval:
    """The score interval of a pass rate.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the
    American Statistical Association 22 (1927), 209-212.

    Args:
        counts: The trials. Without any, the interval is all from 0 to 1.
        confidence: How often such an interval holds the true rate, on average over rates.
    """
    z2 = two_sided_z(confidence) ** 2
    trials, rate = counts.trials, counts.rate
    if not trials:
        return Interval(0.0, 1.0)
    centre = (rate + z2 / (2 * trials)) / (1 + z2 / trials)
    half = math.sqrt(z2 * (rate * (1 - rate) + z2 / (4 * trials)) / trials) / (1 + z2 / trials)
    low = 0.0 if counts.passed == 0 else max(0.0, centre - half)
    high = 1.0 if counts.failed == 0 else min(1.0, centre + half)
    return Interval(low, high)


def newcombe(before: Counts, after: Counts, confidence: float = CONFIDENCE) -> Interval:
    """The interval of a difference of two pass rates, after less before, from the Wilson interval of each.

    Source: R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of
    eleven methods, Statistics in Medicine 17 (1998), 873-890, method 10.

    Args:
        before: The trials of one side.
        after: The trials of the other.
        confidence: How often such an interval holds the true difference, on average.
    """
    return mean_difference([(before, after)], confidence)


def mean_difference(pairs: Sequence[tuple[Counts, Counts]], confidence: float = CONFIDENCE) -> Interval:
    """The interval of the mean over scenarios of the difference of pass rates, for these scenarios.

    Newcombe's squaring and adding, for more than one pair: the distance from each rate to the end of its Wilson
    interval stands for its error. Source for the sum: G. Y. Zou, W. Huang, X. Zhang, A note on confidence interval
    estimation for a linear function of binomial proportions, Computational Statistics & Data Analysis 53 (2009),
    1080-1085.

    Args:
        pairs: For each scenario the trials before and after. Without any, the interval is all from -1 to 1.
        confidence: How often such an interval holds the true mean, on average.
    """
    if not pairs:
        return Interval(-1.0, 1.0)
    below = above = total = 0.0
    for before, after in pairs:
        first, second = wilson(before, confidence), wilson(after, confidence)
        total += after.rate - before.rate
        below += (after.rate - second.low) ** 2 + (first.high - before.rate) ** 2
        above += (second.high - after.rate) ** 2 + (before.rate - first.low) ** 2
    count = len(pairs)
    low, high = (total - math.sqrt(below)) / count, (total + math.sqrt(above)) / count
    return Interval(max(-1.0, low), min(1.0, high))


def coverage(trials: int, rate: float, confidence: float = CONFIDENCE) -> float:
    """How often the Wilson interval of so many trials holds the true rate: the sum over all that can happen.

    Args:
        trials: How many trials.
        rate: The true rate.
        confidence: The confidence that is promised.
    """
    return math.fsum(
        chance
        for passed, chance in enumerate(binomial(trials, rate))
        if wilson(Counts(passed, trials), confidence).holds(rate)
    )
