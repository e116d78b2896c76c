"""Tests that are played several times: what the marker asks for, and what the trials come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast

import pytest

MARKER = (
    "agent_test: plays scenarios with an agent; select such tests with -m agent_test. As agent_test(trials=5, "
    "min_pass_rate=0.8) the test is run 5 times, each with fresh fixtures, and passes when 80 % of the trials do."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """How often a test is run, and how often it must pass.

    Attributes:
        trials: How often.
        min_pass_rate: The share that must pass, from 0 to 1.
    """

    trials: int = 1
    min_pass_rate: float = 1.0


class TrialVerdict(Enum):
    """What a trial of a test says."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_COUNTED = "not counted"
    """It failed, and something else than the agent is to blame for all of its runs that did not pass."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the trials of a test come to. Pure.

    Attributes:
        verdicts: One for each trial, in order.
        min_pass_rate: The share of those that count that must pass.
    """

    verdicts: tuple[TrialVerdict, ...]
    min_pass_rate: float

    @property
    def passed(self) -> int:
        """How many passed."""
        return self.verdicts.count(TrialVerdict.PASSED)

    @property
    def counted(self) -> int:
        """How many count."""
        return len(self.verdicts) - self.verdicts.count(TrialVerdict.NOT_COUNTED)

    @property
    def success(self) -> bool:
        """Whether trials count, and enough of them passed."""
        return self.counted > 0 and self.passed >= self.min_pass_rate * self.counted

    def __str__(self) -> str:
        """The outcome in a line."""
        rate = f" ({self.passed / self.counted:.0%})" if self.counted else ""
        left_out = len(self.verdicts) - self.counted
        excused = (
            f", {left_out} not counted, as something else than the agent is to blame" if left_out else ""
        )
        return f"{self.passed} of {self.counted} trials passed{rate}{excused}; {self.min_pass_rate:.0%} must pass"


def wish_of(item: pytest.Item, trials: int | None) -> Wish | None:
    """What the marker of a test asks for; None for a test that is run once, as any other.

    Args:
        item: The test.
        trials: What the command line says; it comes before the marker.

    Raises:
        pytest.UsageError: The marker asks for something that there is not.
    """
    marker = item.get_closest_marker("agent_test")
    if marker is None:
        return None
    named: dict[str, Any] = dict(marker.kwargs)
    count, rate = named.pop("trials", 1), named.pop("min_pass_rate", 1.0)
    is_right = isinstance(count, int) and count >= 1 and isinstance(rate, int | float) and 0 <= rate <= 1
    if marker.args or named or not is_right:
        raise pytest.UsageError(
            f"{item.nodeid}: @pytest.mark.agent_test takes trials (a whole number from 1 on) and min_pass_rate (a share "
            f"from 0 to 1), not {marker.args or ''}{marker.kwargs or ''}"
        )
    wish = Wish(count if trials is None else trials, float(rate))
    return wish if wish.trials > 1 else None


def play_trials(
    item: pytest.Item,
    wish: Wish,
    nextitem: pytest.Item | None,
    verdict_of: Callable[[bool], TrialVerdict],
    begin: Callable[[int], None],
) -> list[pytest.TestReport]:
    """Run a test as often as it asks for, each time with fresh fixtures of its own scope.

    Args:
        item: The test.
        wish: How often.
        nextitem: The test after it.
        verdict_of: What a trial says that passed, or did not.
        begin: Told the number of each trial, counted from 1.

    Returns:
        The reports of the test: those of one run, and the call's says what all trials come to. A trial whose fixtures
        break, or that is skipped, is the last.
    """
    from _pytest.runner import runtestprotocol  # noqa: PLC0415 - what plugins that run tests again use

    trials: list[list[pytest.TestReport]] = []
    verdicts: list[TrialVerdict] = []
    for number in range(1, wish.trials + 1):
        begin(number)
        is_last = number == wish.trials
        after: Any = nextitem if is_last else item.parent  # so that fixtures of wider scopes stay
        reports = runtestprotocol(item, nextitem=after, log=False)
        trials.append(reports)
        call = next((report for report in reports if report.when == "call"), None)
        if call is None or any(
            report.skipped or (report.failed and report is not call) for report in reports
        ):
            if not is_last:
                _tear_down(item, nextitem)
            return _with_runs(reports, trials)
        verdicts.append(verdict_of(call.passed))
    return _with_runs(_together(trials, Outcome(tuple(verdicts), wish.min_pass_rate)), trials)


def _together(trials: Sequence[Sequence[pytest.TestReport]], outcome: Outcome) -> list[pytest.TestReport]:
    """The reports of the last trial, with the call's saying what all of them come to."""
    setup, last, teardown = trials[-1]
    calls = [trial[1] for trial in trials]
    failed = [call for call in calls if call.failed]
    told = failed[0] if failed and not outcome.success else last
    told.outcome = "passed" if outcome.success else "failed"
    told.duration = sum(call.duration for call in calls)
    if outcome.success:
        told.longrepr = None
    else:
        number = calls.index(told) + 1
        told.longrepr = f"{outcome}.\n\nTrial {number} failed:\n\n{told.longreprtext}"
    told.sections.append(("trials", str(outcome)))
    told.user_properties = teardown.user_properties = [
        *teardown.user_properties,
        ("trials", str(len(calls))),
        ("trials_passed", str(outcome.passed)),
        ("trials_counted", str(outcome.counted)),
    ]
    return [setup, told, teardown]


def _with_runs(
    reports: list[pytest.TestReport], trials: Sequence[Sequence[pytest.TestReport]]
) -> list[pytest.TestReport]:
    """Let the last report carry what workers send along with all of them."""
    kept = {id(report) for report in reports}
    sent: list[Any] = []
    for trial in trials:
        for report in trial:
            if id(report) not in kept:
                sent += getattr(report, "scenario_runs", [])  # pytest's object; the plugin leaves it there
    if sent:
        carrier = cast("Any", reports[-1])
        carrier.scenario_runs = [*sent, *getattr(carrier, "scenario_runs", [])]
    return reports


def _tear_down(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the fixtures of wider scopes that the next test does not need."""
    cast("Any", item.session)._setupstate.teardown_exact(nextitem)  # noqa: SLF001 - as pytest's own runner does
