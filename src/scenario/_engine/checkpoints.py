"""What was found on the way: the verdicts of checkpoints, and how they join the final one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scenario.types import Criterion, CriterionResult, CriterionStatus, ScenarioResult

_WORSE = {CriterionStatus.PASSED: 0, CriterionStatus.INCONCLUSIVE: 1, CriterionStatus.FAILED: 2}


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
    known = {verdict.criterion: verdict for verdict in join(result.criteria)}
    statuses = dict.fromkeys(result.passed_criteria, CriterionStatus.PASSED)
    statuses |= dict.fromkeys(result.failed_criteria, CriterionStatus.FAILED)
    statuses |= dict.fromkeys(result.inconclusive_criteria, CriterionStatus.INCONCLUSIVE)
    named = {criterion: CriterionResult(criterion, status) for criterion, status in statuses.items()}
    return tuple((named | known).values())


def join(verdicts: Iterable[CriterionResult]) -> tuple[CriterionResult, ...]:
    """Each criterion once, in its first place, with the worst of its verdicts."""
    joined: dict[str, CriterionResult] = {}
    for verdict in verdicts:
        known = joined.get(verdict.criterion)
        if known is None or _WORSE[verdict.status] > _WORSE[known.status]:
            joined[verdict.criterion] = verdict
    return tuple(joined.values())


def names(verdicts: Iterable[CriterionResult], *statuses: CriterionStatus) -> list[str]:
    """The criteria whose verdict is one of `statuses`."""
    return [verdict.criterion for verdict in verdicts if verdict.status in statuses]
