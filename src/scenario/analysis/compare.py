"""Two sides compared, scenario by scenario and as a whole. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from statistics import fmean

from scenario.analysis.summary import BatchSummary, ScenarioSummary
from scenario.analysis.trials import ScenarioKey, Trial
from scenario.statistics import (
    Counts,
    Interval,
    PValues,
    bootstrap_mean,
    effect_size,
    fisher,
    holm,
    mcnemar,
    mean_difference,
    newcombe,
    sign_flips,
    steadiness,
    stratified,
    trials_for_difference,
)

ALPHA = 0.05
"""The chance of a false find, unless another is asked for."""


class Change(str, Enum):
    """What became of a scenario."""

    NEWLY_FAILING = "newly failing"
    """It passes less often, and that is no chance."""
    NEWLY_PASSING = "newly passing"
    """It passes more often, and that is no chance."""
    STILL_FLAKY = "still flaky"
    """It passed and failed on both sides, with a difference that may be chance."""
    UNCLEAR = "unclear"
    """Its rates differ, and that may be chance."""
    UNCHANGED = "unchanged"
    """It has the same rate, all passed or all failed."""


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """One scenario on both sides.

    Attributes:
        label: What to call it.
        key: Which scenario.
        before: Its trials on the first side.
        after: Its trials on the second side.
        interval: Of the difference of the rates, after less before.
        p_values: Of Fisher's exact test.
        adjusted: The p-value after Holm's correction over all scenarios compared.
        change: What became of it.
        reworded: Whether its description is not the same on both sides.
        trials_needed: When unclear: how many trials on each side would show such a difference, with a chance of 80 %.
    """

    label: str
    key: ScenarioKey
    before: Counts
    after: Counts
    interval: Interval
    p_values: PValues
    adjusted: float
    change: Change
    reworded: bool
    trials_needed: int | None

    @property
    def difference(self) -> float:
        """The rate after, less the rate before."""
        return self.after.rate - self.before.rate


@dataclass(frozen=True, slots=True)
class Left:
    """A scenario that is not compared.

    Attributes:
        label: What to call it.
        reason: Why.
    """

    label: str
    reason: str


@dataclass(frozen=True, slots=True)
class Overall:
    """All scenarios compared, each with the same weight.

    Attributes:
        before: The mean of the rates before.
        after: The mean of the rates after.
        interval: Of the difference, for these scenarios.
        test: The name of the test.
        p_values: Of that test: whether these scenarios differ.
        sample: Whether the scenarios, as a sample of others like them, differ.
        effect: Cohen's h of both means.
    """

    before: float
    after: float
    interval: Interval
    test: str
    p_values: PValues
    sample: PValues
    effect: float

    @property
    def difference(self) -> float:
        """The mean rate after, less the mean rate before."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Shift:
    """How a measure changed: the mean over scenarios of the mean over their trials.

    Attributes:
        measure: What is measured, and in which unit.
        before: The mean before.
        after: The mean after.
        interval: Of the difference, by bootstrap over scenarios; None for fewer than two.
        scenarios: Of how many scenarios it is known on both sides.
    """

    measure: str
    before: float
    after: float
    interval: Interval | None
    scenarios: int

    @property
    def ratio(self) -> float | None:
        """After as a multiple of before; None when before is nothing."""
        return self.after / self.before if self.before else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides.

    Attributes:
        before: What to call the first side.
        after: What to call the second.
        scenarios: The scenarios compared.
        only_before: Scenarios that only the first side has.
        only_after: Scenarios that only the second side has.
        left: Scenarios of both sides that are not compared, and why.
        overall: All together; None when nothing is compared.
        shifts: How the measures changed.
        alpha: The chance of a false find among the scenarios, and of one in the overall test.
    """

    before: str
    after: str
    scenarios: tuple[ScenarioChange, ...]
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    left: tuple[Left, ...]
    overall: Overall | None
    shifts: tuple[Shift, ...]
    alpha: float

    def of(self, change: Change) -> tuple[ScenarioChange, ...]:
        """The scenarios that changed in this way."""
        return tuple(each for each in self.scenarios if each.change is change)


_Pair = tuple[ScenarioSummary, ScenarioSummary]


def compare(before: BatchSummary, after: BatchSummary, *, alpha: float = ALPHA, seed: int = 0) -> Comparison:
    """Compare two sides.

    Scenarios are the same when set, name and fields are. One that was stopped early, or has no trial that counts, is
    not compared.

    Args:
        before: The first side, such as what was there before a change.
        after: The second side.
        alpha: The chance of a false find.
        seed: Of resampling.
    """
    first = {each.of.key: each for each in before.scenarios}
    second = {each.of.key: each for each in after.scenarios}
    shared = [(first[key], second[key]) for key in first if key in second]
    left = [Left(pair[1].label, reason) for pair in shared if (reason := _why_not(pair))]
    pairs = [pair for pair in shared if not _why_not(pair)]
    return Comparison(
        before=before.label,
        after=after.label,
        scenarios=tuple(_changes(pairs, alpha)),
        only_before=tuple(each.label for key, each in first.items() if key not in second),
        only_after=tuple(each.label for key, each in second.items() if key not in first),
        left=tuple(left),
        overall=_overall([(old.counts, new.counts) for old, new in pairs], alpha, seed) if pairs else None,
        shifts=tuple(_shifts(pairs, alpha, seed)),
        alpha=alpha,
    )


def _why_not(pair: _Pair) -> str:
    """Why a scenario cannot be compared; empty when it can."""
    for side, scenario in zip(("before", "after"), pair, strict=True):
        if scenario.stopped_early:
            return f"stopped early {side}: {len(scenario.of.trials)} of {scenario.of.planned} trials"
        if not scenario.counts.trials:
            return f"no trial counts {side}"
    return ""


def _changes(pairs: Sequence[_Pair], alpha: float) -> list[ScenarioChange]:
    tests = [fisher(old.counts, new.counts) for old, new in pairs]
    adjusted = holm([test.p_value for test in tests])
    found: list[ScenarioChange] = []
    for (old, new), test, p_value in zip(pairs, tests, adjusted, strict=True):
        blank = ScenarioChange(
            label=new.label,
            key=new.of.key,
            before=old.counts,
            after=new.counts,
            interval=newcombe(old.counts, new.counts, 1 - alpha),
            p_values=test,
            adjusted=p_value,
            change=_change(old.counts, new.counts, p_value, alpha),
            reworded=old.description != new.description,
            trials_needed=None,
        )
        found.append(_with_trials_needed(blank, alpha / len(pairs)))
    return found


def _change(before: Counts, after: Counts, p_value: float, alpha: float) -> Change:
    if p_value <= alpha:
        return Change.NEWLY_FAILING if after.rate < before.rate else Change.NEWLY_PASSING
    if steadiness(before).is_flaky and steadiness(after).is_flaky:
        return Change.STILL_FLAKY
    return Change.UNCHANGED if after.rate == before.rate else Change.UNCLEAR


def _with_trials_needed(found: ScenarioChange, alpha: float) -> ScenarioChange:
    if found.change not in {Change.UNCLEAR, Change.STILL_FLAKY}:
        return found
    needed = trials_for_difference(found.before.rate, found.after.rate, alpha=alpha)
    return replace(found, trials_needed=needed)


def _overall(pairs: Sequence[tuple[Counts, Counts]], alpha: float, seed: int) -> Overall:
    before, after = fmean(old.rate for old, _ in pairs), fmean(new.rate for _, new in pairs)
    is_single = all(old.trials == new.trials == 1 for old, new in pairs)
    if is_single:
        test = mcnemar(
            lost=sum(old.passed > new.passed for old, new in pairs),
            won=sum(old.passed < new.passed for old, new in pairs),
        )
    else:
        test = stratified(pairs)
    return Overall(
        before=before,
        after=after,
        interval=mean_difference(pairs, 1 - alpha),
        test="McNemar's exact test" if is_single else "exact permutation test within scenarios",
        p_values=test,
        sample=sign_flips(pairs, seed=seed),
        effect=effect_size(before, after),
    )


_MEASURES: tuple[tuple[str, Callable[[Trial], float | None]], ...] = (
    ("turns", lambda trial: trial.run.turns),
    ("seconds a trial", lambda trial: trial.run.total_time),
    ("agent seconds a turn", lambda trial: trial.latency),
    ("US dollars a trial", lambda trial: trial.cost),
    ("tokens a trial", lambda trial: trial.tokens),
)


def _shifts(pairs: Sequence[_Pair], alpha: float, seed: int) -> list[Shift]:
    found: list[Shift] = []
    for measure, value in _MEASURES:
        means = [(_mean(old, value), _mean(new, value)) for old, new in pairs]
        known = [(old, new) for old, new in means if old is not None and new is not None]
        if known:
            found.append(
                Shift(
                    measure=measure,
                    before=fmean(old for old, _ in known),
                    after=fmean(new for _, new in known),
                    interval=bootstrap_mean(
                        [new - old for old, new in known], seed=seed, confidence=1 - alpha
                    ),
                    scenarios=len(known),
                )
            )
    return found


def _mean(scenario: ScenarioSummary, value: Callable[[Trial], float | None]) -> float | None:
    known = [each for trial in scenario.of.counted if (each := value(trial)) is not None]
    return fmean(known) if known else None
