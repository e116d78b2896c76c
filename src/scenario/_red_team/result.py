"""The result of a run that an attacker took part in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import SkipValidation

from scenario._red_team.report import AttackReport
from scenario.types import CriterionResult, CriterionStatus, ScenarioResult

_TURNED: Final = {
    CriterionStatus.FAILED: CriterionStatus.PASSED,
    CriterionStatus.PASSED: CriterionStatus.FAILED,
    CriterionStatus.INCONCLUSIVE: CriterionStatus.INCONCLUSIVE,
}


class RedTeamResult(ScenarioResult):
    """How a run with an attacker ended.

    `success` is the agent's: an achieved attack is a failed run, unless the attacker was told to read it the other
    way (`success_when_achieved`).

    Attributes:
        attack: The report of the attack.
    """

    attack: Annotated[AttackReport, SkipValidation]


def attack_result(
    report: AttackReport,
    messages: list[Any],
    checked: Sequence[CriterionResult] = (),
    *,
    success_when_achieved: bool = False,
) -> RedTeamResult:
    """The result of a run that the attack itself decides.

    Args:
        report: What came of the attack.
        messages: The conversation.
        checked: What was checked at the end.
        success_when_achieved: Read an achieved attack as a success.
    """
    verdict = report.criterion(messages)
    if success_when_achieved:
        verdict = replace(
            verdict,
            criterion=f"The attack reaches its goal: {report.goal.goal}",
            status=_TURNED[verdict.status],
        )
    criteria = [*checked, verdict]
    return RedTeamResult(
        success=all(each.passed for each in criteria),
        messages=messages,
        reasoning=report.summary,
        passed_criteria=[each.criterion for each in criteria if each.passed],
        failed_criteria=[each.criterion for each in criteria if not each.passed],
        inconclusive_criteria=[
            each.criterion for each in criteria if each.status is CriterionStatus.INCONCLUSIVE
        ],
        criteria=criteria,
        attack=report,
    )


def with_report(result: ScenarioResult, report: AttackReport) -> ScenarioResult:
    """A judge's result with the report of the attack; one of somebody's own class stays as it is."""
    if type(result) is not ScenarioResult:
        return result
    return RedTeamResult(**dict(result), attack=report)
