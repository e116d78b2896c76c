"""What was found on the way: the verdicts of checkpoints, and how they join the final one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scenario.types import Criterion, CriterionResult, CriterionStatus, ScenarioResult


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The verdict about the criteria of one checkpoint.

    Attributes:
        passed: Whether the script may go on.
        criteria: A verdict for each criterion.
        reasoning: Why, in the judge's words.
    """

    passed: bool
    criteria: tuple[CriterionResult, ...]
    reasoning: str | None = None


def from_judge(result: ScenarioResult, asked: Sequence[Criterion]) -> Checkpoint:
    """The checkpoint that a judge's result stands for.

    A judge may leave its lists of criteria empty; then its verdict counts for all that it was asked about.
    """
    passed = result.success and not result.failed_criteria
    verdicts = verdicts_of(result)
    if not verdicts:
        status = CriterionStatus.PASSED if passed else CriterionStatus.FAILED
        verdicts = tuple(
            CriterionResult(str(criterion), status, result.reasoning or "") for criterion in asked
        )
    return Checkpoint(passed, verdicts, result.reasoning)


def verdicts_of(result: ScenarioResult) -> tuple[CriterionResult, ...]:
    """One verdict for each criterion that a result names, in the order met, not met."""
    known = {verdict.criterion: verdict for verdict in result.criteria}
    statuses = dict.fromkeys(result.passed_criteria, CriterionStatus.PASSED)
    statuses |= dict.fromkeys(result.failed_criteria, CriterionStatus.FAILED)
    statuses |= dict.fromkeys(result.inconclusive_criteria, CriterionStatus.INCONCLUSIVE)
    named = {criterion: CriterionResult(criterion, status) for criterion, status in statuses.items()}
    return tuple((named | known).values())


def join(verdicts: Iterable[CriterionResult]) -> tuple[CriterionResult, ...]:
    """Each criterion once: a later verdict about the same criterion replaces an earlier one in its place."""
    return tuple({verdict.criterion: verdict for verdict in verdicts}.values())


def names(verdicts: Iterable[CriterionResult], *statuses: CriterionStatus) -> list[str]:
    """The criteria whose verdict is one of `statuses`."""
    return [verdict.criterion for verdict in verdicts if verdict.status in statuses]
