"""How many trials it takes to see something."""

from __future__ import annotations

import math
from statistics import NormalDist

from scenario.statistics.binomial import binomial
from scenario.statistics.counts import Counts
from scenario.statistics.intervals import two_sided_z
from scenario.statistics.paired import fisher

POWER = 0.8
"""The chance to see what there is that numbers of trials are computed for."""


def trials_for_bound(rate: float, bound: float, *, alpha: float = 0.05, power: float = POWER) -> int | None:
    """How many trials tell a pass rate from a bound: their Wilson interval leaves it out, with the chance `power`.

    Source: the score test's sample size, J. L. Fleiss, B. Levin, M. C. Paik, Statistical methods for rates and
    proportions, 2003, section 2.5.

    Args:
        rate: The true rate.
        bound: The rate that it is compared with.
        alpha: One less the confidence of the interval.
        power: The chance to see it.

    Returns:
        The number, or None when rate and bound are the same.
    """
    if rate == bound:
        return None
    z_alpha, z_beta = two_sided_z(1 - alpha), NormalDist().inv_cdf(power)
    spread = z_alpha * math.sqrt(bound * (1 - bound)) + z_beta * math.sqrt(rate * (1 - rate))
    return max(1, math.ceil((spread / (rate - bound)) ** 2))


def trials_for_difference(
    before: float, after: float, *, alpha: float = 0.05, power: float = POWER
) -> int | None:
    """How many trials on each side let Fisher's test see a difference of two pass rates, with the chance `power`.

    Source: J. T. Casagrande, M. C. Pike, P. G. Smith, An improved approximate formula for calculating sample sizes
    for comparing two binomial distributions, Biometrics 34 (1978), 483-486.

    Args:
        before: The true rate of one side.
        after: The true rate of the other.
        alpha: The level of the test, both directions together.
        power: The chance to see it.

    Returns:
        The number, or None when the rates are the same.
    """
    if before == after:
        return None
    z_alpha, z_beta = two_sided_z(1 - alpha), NormalDist().inv_cdf(power)
    middle, gap = (before + after) / 2, abs(before - after)
    spread = z_alpha * math.sqrt(2 * middle * (1 - middle)) + z_beta * math.sqrt(
        before * (1 - before) + after * (1 - after)
    )
    plain = (spread / gap) ** 2
    return math.ceil(plain / 4 * (1 + math.sqrt(1 + 4 * gap / spread**2)) ** 2)


def fisher_power(before: float, after: float, trials: int, *, alpha: float = 0.05) -> float:
    """The chance that Fisher's test sees a difference: the sum over all that can happen.

    Args:
        before: The true rate of one side.
        after: The true rate of the other.
        trials: How many trials each side has.
        alpha: The level of the test, both directions together.
    """
    first, second = binomial(trials, before), binomial(trials, after)
    return math.fsum(
        first[a] * second[b]
        for a in range(trials + 1)
        for b in range(trials + 1)
        if fisher(Counts(a, trials), Counts(b, trials)).p_value <= alpha
    )
