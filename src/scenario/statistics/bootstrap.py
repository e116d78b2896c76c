"""Intervals by resampling."""

from __future__ import annotations

import random
from collections.abc import Sequence
from statistics import fmean

from scenario.statistics.distributions import quantile
from scenario.statistics.intervals import CONFIDENCE, Interval, two_sided_z

RESAMPLES = 2000
"""How often is resampled, unless another number is asked for."""


def bootstrap_mean(
    values: Sequence[float], *, seed: int = 0, confidence: float = CONFIDENCE, resamples: int = RESAMPLES
) -> Interval | None:
    """The percentile interval of a mean: what the mean could have been with other values from the same source.

    Source: B. Efron, Bootstrap methods: another look at the jackknife, Annals of Statistics 7 (1979), 1-26;
    percentiles as in B. Efron, R. Tibshirani, An introduction to the bootstrap, 1993, chapter 13. With few values it
    is too narrow: it holds the true mean less often than its confidence says.

    Args:
        values: One for each scenario.
        seed: Of the resampling: the same seed gives the same interval.
        confidence: How often such an interval should hold the true mean.
        resamples: How often is resampled.

    Returns:
        The interval, or None for fewer than two values, which cannot tell how values vary.
    """
    two_sided_z(confidence)  # refuses what is no confidence
    count = len(values)
    if count < 2:  # noqa: PLR2004 - as the docstring says
        return None
    if min(values) == max(values):
        return Interval(values[0], values[0])
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    means = sorted(fmean(chance.choices(values, k=count)) for _ in range(resamples))
    tail = (1 - confidence) / 2
    return Interval(quantile(means, tail), quantile(means, 1 - tail))
