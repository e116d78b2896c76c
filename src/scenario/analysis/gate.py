"""Whether a change may go in, from what its trials show. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from scenario._wording import counted, percent
from scenario.analysis.compare import ALPHA, Comparison, Overall, ScenarioChange
from scenario.analysis.summary import BatchSummary
from scenario.statistics import holm, trials_for_bound, trials_for_difference, wilson


class GateState(str, Enum):
    """What a gate says."""

    PASSED = "passed"
    FAILED = "failed"
    UNCLEAR = "unclear"
    """The trials are too few to tell."""
    NO_DATA = "no data"
    """There is nothing to tell from."""


_WORST = (GateState.FAILED, GateState.NO_DATA, GateState.UNCLEAR, GateState.PASSED)


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One thing that a run is held to.

    Attributes:
        name: Which: ``pass rate``, ``regressions`` or ``suite``.
        state: What the trials say about it.
        reason: Why, in a sentence.
        trials_needed: When unclear: about how many trials of each scenario, on each side if there are two, would
            settle it; None when that cannot be told.
    """

    name: str
    state: GateState
    reason: str
    trials_needed: int | None = None


@dataclass(frozen=True, slots=True)
class Gate:
    """What a gate says, and why.

    Attributes:
        checks: What was looked at.
    """

    checks: tuple[GateCheck, ...]

    @property
    def deciding(self) -> GateCheck:
        """The check that decides."""
        return min(self.checks, key=lambda check: _WORST.index(check.state))

    @property
    def state(self) -> GateState:
        """What it says: that of the worst check."""
        return self.deciding.state

    @property
    def reason(self) -> str:
        """Why, in a sentence."""
        return self.deciding.reason

    @property
    def trials_needed(self) -> int | None:
        """When unclear: about how many trials of each scenario would settle it."""
        return self.deciding.trials_needed


def gate(
    run: BatchSummary,
    *,
    comparison: Comparison | None = None,
    min_pass_rate: float | None = None,
    max_regressions: int = 0,
    alpha: float = ALPHA,
) -> Gate:
    """Hold a run to a pass rate, to what was there before, or to both.

    It fails on proof alone. Where nothing got worse, the comparison fails it with a chance of at most `alpha`: half of
    that for the scenarios, with Holm's correction, and half for the suite as a whole, both for drops only. A true pass
    rate at the bound fails it with a chance of about half of `alpha`.

    Args:
        run: What is held.
        comparison: It against what was there before.
        min_pass_rate: The least rate of all trials that count.
        max_regressions: How many scenarios may pass less often than before. With 0 the suite as a whole may not, too.
        alpha: The chance of failing without a reason.

    Raises:
        ValueError: It is held to nothing.
    """
    checks: list[GateCheck] = []
    if min_pass_rate is not None:
        checks.append(_rate(run, min_pass_rate, alpha))
    if comparison is not None:
        checks.append(_regressions(comparison, max_regressions, alpha))
        if max_regressions == 0 and comparison.overall is not None:
            checks.append(_suite(comparison.overall, len(comparison.scenarios), alpha))
    if not checks:
        raise ValueError("A gate needs a baseline, a least pass rate, or both.")
    return Gate(tuple(checks))


def _rate(run: BatchSummary, bound: float, alpha: float) -> GateCheck:
    counts, name = run.counts, "pass rate"
    if not counts.trials:
        return GateCheck(name, GateState.NO_DATA, f"No trial of {run.label} says anything about the agent.")
    seen = f"{counts} trials passed ({percent(counts.rate)})"
    if run.stopped_early:
        names = ", ".join(each.label for each in run.stopped_early[:3])
        reason = (
            f"{seen}, but trials are missing ({names}), so the pass rate cannot be held to {percent(bound)}."
        )
        return GateCheck(name, GateState.UNCLEAR, reason)
    interval = wilson(counts, 1 - alpha)
    between = f"{seen}; the rate is likely between {percent(interval.low)} and {percent(interval.high)}"
    if interval.high < bound:
        return GateCheck(name, GateState.FAILED, f"{between}, below {percent(bound)}.")
    if interval.low >= bound or (bound == 1 and not counts.failed):
        return GateCheck(name, GateState.PASSED, f"{between}, and should be at least {percent(bound)}.")
    needed = trials_for_bound(counts.rate, bound, alpha=alpha)
    each = None if needed is None else -(-needed // len(run.scenarios))
    more = "" if each is None else f" About {each} trials of each scenario would tell."
    return GateCheck(
        name, GateState.UNCLEAR, f"{between}, so it may be above or below {percent(bound)}.{more}", each
    )


def _regressions(comparison: Comparison, allowed: int, alpha: float) -> GateCheck:
    name = "regressions"
    if not comparison.scenarios:
        reason = (
            f"{comparison.before} and {comparison.after} have no scenario in common that can be compared."
        )
        return GateCheck(name, GateState.NO_DATA, reason)
    adjusted = holm([each.p_values.worse for each in comparison.scenarios])
    shown = [
        each for each, p_value in zip(comparison.scenarios, adjusted, strict=True) if p_value <= alpha / 2
    ]
    lower = sorted(
        (each for each in comparison.scenarios if each.difference < 0), key=lambda each: each.difference
    )
    if len(shown) > allowed:
        reason = f"{counted(len(shown), 'scenario')} got worse, {_drop(min(shown, key=lambda each: each.difference))}."
        return GateCheck(name, GateState.FAILED, reason)
    if len(lower) <= allowed:
        count = len(comparison.scenarios)
        reason = f"{counted(len(lower), 'scenario') if lower else 'No scenario'} of {count} passed less often than in {comparison.before}."
        return GateCheck(name, GateState.PASSED, reason)
    worst = lower[0]
    needed = trials_for_difference(
        worst.before.rate, worst.after.rate, alpha=alpha / len(comparison.scenarios)
    )
    reason = (
        f"{counted(len(lower), 'scenario')} passed less often, {_drop(worst)}; that may be chance, and about {needed} trials on "
        "each side would tell."
    )
    return GateCheck(name, GateState.UNCLEAR, reason, needed)


def _suite(overall: Overall, scenarios: int, alpha: float) -> GateCheck:
    name = "suite"
    rates = f"from {percent(overall.before)} to {percent(overall.after)}"
    if overall.p_values.worse <= alpha / 2:
        reason = f"The suite as a whole got worse, {rates} (p = {overall.p_values.worse:.2g})."
        return GateCheck(name, GateState.FAILED, reason)
    if overall.difference >= 0:
        return GateCheck(name, GateState.PASSED, f"The suite went {rates}.")
    trials = trials_for_difference(overall.before, overall.after, alpha=alpha)
    needed = None if trials is None else -(-trials // scenarios)
    reason = f"The suite went {rates}; that may be chance, and about {needed} trials of each scenario on each side would tell."
    return GateCheck(name, GateState.UNCLEAR, reason, needed)


def _drop(change: ScenarioChange) -> str:
    return f'"{change.label}" most, from {change.before} to {change.after}'
