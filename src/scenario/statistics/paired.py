"""Tests of a difference between two sides. All are exact: they add up what could have happened."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from scenario.statistics.counts import Counts

FLIPS = 9_999
"""How many choices of signs are tried where there are too many for all."""

_ALL_FLIPS = 14


@dataclass(frozen=True, slots=True)
class PValues:
    """How surprising a difference is where there is none.

    Attributes:
        worse: The chance of so large a drop, or a larger one.
        better: The chance of so large a rise, or a larger one.
    """

    worse: float
    better: float

    @property
    def p_value(self) -> float:
        """The chance of a difference this surprising in either direction: twice the smaller of both, at most 1."""
        return min(1.0, 2 * min(self.worse, self.better))


def fisher(before: Counts, after: Counts) -> PValues:
    """Fisher's exact test of two pass rates, as for one scenario on two sides.

    Source: R. A. Fisher, Statistical methods for research workers, 1934, section 21.02. Where there is no
    difference, it is known which trials passed, and only chance which of them stand on which side.

    Args:
        before: The trials of one side.
        after: The trials of the other.
    """
    return stratified([(before, after)])


def mcnemar(lost: int, won: int) -> PValues:
    """McNemar's test of pairs, exact.

    Source: Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12 (1947), 153-157; exact by the binomial distribution, as it is a sign test of the pairs that
    differ.

    Args:
        lost: How many pairs passed before and not after.
        won: How many did not pass before and passed after.
    """
    differ = lost + won
    ways = [math.comb(differ, count) for count in range(differ + 1)]
    return PValues(worse=sum(ways[: won + 1]) / 2**differ, better=sum(ways[won:]) / 2**differ)


def stratified(pairs: Sequence[tuple[Counts, Counts]]) -> PValues:
    """The permutation test of two sides over scenarios: trials change sides, within their scenario.

    Where there is no difference in any scenario, the trials of one scenario could as well stand on the other side.
    The statistic is the number of passes after, which with equal numbers of trials orders like the mean difference;
    its distribution is added up scenario by scenario. With one scenario this is Fisher's test, with one trial on
    each side McNemar's. Sources: N. Mantel, W. Haenszel, Statistical aspects of the analysis of data from
    retrospective studies of disease, Journal of the National Cancer Institute 22 (1959), 719-748; exact as in
    C. R. Mehta, N. R. Patel, R. Gray, Computing an exact confidence interval for the common odds ratio in several
    2 x 2 contingency tables, Journal of the American Statistical Association 80 (1985), 969-973.

    Args:
        pairs: For each scenario the trials before and after.
    """
    chances, first = [1.0], 0
    for before, after in pairs:
        least, ways = _passes_after(before, after)
        chances, first = _sums(chances, ways), first + least
    seen = sum(after.passed for _, after in pairs) - first
    return PValues(worse=min(1.0, math.fsum(chances[: seen + 1])), better=min(1.0, math.fsum(chances[seen:])))


def _passes_after(before: Counts, after: Counts) -> tuple[int, list[float]]:
    """The least number of passes that can be after, and the chances of that number and the ones above it."""
    passed = before.passed + after.passed
    least, most = max(0, passed - before.trials), min(passed, after.trials)
    ways = [math.comb(after.trials, x) * math.comb(before.trials, passed - x) for x in range(least, most + 1)]
    return least, [each / sum(ways) for each in ways]


def _sums(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """The chances of the sums of two independent numbers."""
    sums = [0.0] * (len(first) + len(second) - 1)
    for at, chance in enumerate(first):
        for more, other in enumerate(second):
            sums[at + more] += chance * other
    return sums


def sign_flips(pairs: Sequence[tuple[Counts, Counts]], *, seed: int = 0) -> PValues:
    """The permutation test that takes the scenarios for a sample of many: each changes sides as a whole.

    Unlike `stratified` it asks whether other scenarios of the same kind would differ, too. With fewer than six
    scenarios it cannot find a difference at 5 %. All choices of signs are tried for up to 14 scenarios that differ;
    for more, `FLIPS` choices, with the seen one added. Sources: R. A. Fisher, The design of experiments, 1935,
    section 21; B. Phipson, G. K. Smyth, Permutation p-values should never be zero, Statistical Applications in
    Genetics and Molecular Biology 9 (2010), article 39.

    Args:
        pairs: For each scenario the trials before and after; each side has at least one.
        seed: Of the choices.
    """
    rates = [Fraction(b.passed, b.trials) - Fraction(a.passed, a.trials) for a, b in pairs]
    scale = math.lcm(*(rate.denominator for rate in rates))
    steps = [int(rate * scale) for rate in rates if rate]
    seen = sum(steps)
    if len(steps) <= _ALL_FLIPS:
        sums = [sum(each) for each in itertools.product(*((step, -step) for step in steps))]
    else:
        chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
        sums = [sum(step if chance.getrandbits(1) else -step for step in steps) for _ in range(FLIPS)]
        sums.append(seen)
    return PValues(
        worse=sum(each <= seen for each in sums) / len(sums),
        better=sum(each >= seen for each in sums) / len(sums),
    )


def effect_size(before: float, after: float) -> float:
    """Cohen's h of two pass rates: 0.2 is small, 0.5 medium, 0.8 large.

    Source: J. Cohen, Statistical power analysis for the behavioral sciences, 1988, chapter 6.

    Args:
        before: A rate from 0 to 1.
        after: The other.
    """
    return 2 * math.asin(math.sqrt(after)) - 2 * math.asin(math.sqrt(before))
