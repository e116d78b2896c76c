"""How a measure is distributed: turns, seconds, dollars."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean


@dataclass(frozen=True, slots=True)
class Distribution:
    """A measure over trials.

    Attributes:
        count: Of how many trials it is known.
        mean: The mean.
        least: The smallest value.
        median: Half are at most this.
        p90: Nine of ten are at most this.
        p99: 99 of 100 are at most this.
        most: The largest value.
    """

    count: int
    mean: float
    least: float
    median: float
    p90: float
    p99: float
    most: float


def distribution(values: Iterable[float | None]) -> Distribution | None:
    """The distribution of the values that are known, or None when none is."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return None
    return Distribution(
        count=len(known),
        mean=fmean(known),
        least=known[0],
        median=quantile(known, 0.5),
        p90=quantile(known, 0.9),
        p99=quantile(known, 0.99),
        most=known[-1],
    )


def quantile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies, between neighbours in a straight line.

    Source: R. J. Hyndman, Y. Fan, Sample quantiles in statistical packages, The American Statistician 50 (1996),
    361-365, definition 7.

    Args:
        ordered: The values, smallest first; at least one.
        share: From 0 to 1.
    """
    place = (len(ordered) - 1) * share
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
