"""What a pass rate means for several tries: one of k passes, or all of k pass."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

from scenario.statistics.bootstrap import bootstrap_mean
from scenario.statistics.counts import Counts
from scenario.statistics.intervals import CONFIDENCE, Interval


def pass_at_k(counts: Counts, k: int) -> float:
    """The chance that at least one of `k` trials passes, estimated without bias.

    One less the share of the choices of `k` of these trials in which none passed. Source: M. Chen and others,
    Evaluating large language models trained on code, 2021, arXiv:2107.03374, equation 1.

    Args:
        counts: The trials.
        k: How many tries there are.

    Raises:
        ValueError: There are fewer than `k` trials, or `k` is less than 1.
    """
    _check(counts, k)
    return 1 - math.comb(counts.failed, k) / math.comb(counts.trials, k)


def pass_hat_k(counts: Counts, k: int) -> float:
    """The chance that `k` trials all pass (pass^k), estimated without bias.

    The share of the choices of `k` of these trials in which all passed. Source: S. Yao and others, tau-bench: a
    benchmark for tool-agent-user interaction in real-world domains, 2024, arXiv:2406.12045.

    Args:
        counts: The trials.
        k: How many trials have to pass.

    Raises:
        ValueError: There are fewer than `k` trials, or `k` is less than 1.
    """
    _check(counts, k)
    return math.comb(counts.passed, k) / math.comb(counts.trials, k)


def _check(counts: Counts, k: int) -> None:
    if not 1 <= k <= counts.trials:
        raise ValueError(f"k is from 1 to the number of trials, which is {counts.trials}; it cannot be {k}.")


@dataclass(frozen=True, slots=True)
class PassesOf:
    """What a suite comes to with `k` tries: means over its scenarios.

    Attributes:
        k: How many tries.
        scenarios: How many scenarios have that many trials; the others are left out.
        any_passes: The mean of pass@k.
        any_interval: Its interval; None for fewer than two scenarios.
        all_pass: The mean of pass^k.
        all_interval: Its interval; None for fewer than two scenarios.
    """

    k: int
    scenarios: int
    any_passes: float
    any_interval: Interval | None
    all_pass: float
    all_interval: Interval | None


def passes_of(
    scenarios: Sequence[Counts], ks: Iterable[int], *, seed: int = 0, confidence: float = CONFIDENCE
) -> list[PassesOf]:
    """pass@k and pass^k of a suite, with intervals by bootstrap over its scenarios.

    Args:
        scenarios: The trials of each.
        ks: The numbers of tries. One that no scenario has trials for is left out.
        seed: Of the resampling: the same seed gives the same intervals.
        confidence: Of the intervals.
    """
    found: list[PassesOf] = []
    for k in ks:
        enough = [counts for counts in scenarios if counts.trials >= k]
        if not enough:
            continue
        any_of = [pass_at_k(counts, k) for counts in enough]
        all_of = [pass_hat_k(counts, k) for counts in enough]
        found.append(
            PassesOf(
                k=k,
                scenarios=len(enough),
                any_passes=fmean(any_of),
                any_interval=bootstrap_mean(any_of, seed=seed, confidence=confidence),
                all_pass=fmean(all_of),
                all_interval=bootstrap_mean(all_of, seed=seed, confidence=confidence),
            )
        )
    return found


def usual_ks(trials: int) -> list[int]:
    """The numbers of tries that are worth telling of so many trials: 1, 2, 3, 5, 8, 10, 20, 50, 100."""
    return [k for k in (1, 2, 3, 5, 8, 10, 20, 50, 100) if k <= trials]
