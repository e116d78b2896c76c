"""The result that a judge gives: its checks' findings and its model's verdicts, together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scenario.checks import Check, Finding
from scenario.types import CriterionResult, CriterionStatus, Fault, FaultKind, ScenarioResult

NO_CRITERIA = (
    "The judge has no criteria, so there is nothing to pass: give it some with JudgeAgent(criteria=[...])"
)
_CONTRADICTION = "The judge finds every criterion met and does not call the run a success."
_NOT_ASKED = "Not judged, as a check has failed already"


@dataclass(frozen=True)
class Judged:
    """What was found about the criteria that are texts.

    Attributes:
        verdicts: A verdict for each.
        reasoning: The verdict as a whole.
        approves: Whether nothing but the criteria stands against a success.
        failing: How the judge failed to decide, if it did.
    """

    verdicts: Sequence[CriterionResult] = ()
    reasoning: str = ""
    approves: bool = True
    failing: str = ""


def result_of(
    criteria: Sequence[str | Check],
    findings: Sequence[tuple[Check, Finding]],
    judged: Judged | None,
) -> ScenarioResult:
    """The result.

    Args:
        criteria: All criteria, in the order that people gave them.
        findings: What the checks among them found.
        judged: What was found about the texts among them; None when nobody was asked.
    """
    looked = [_looked(check, found) for check, found in findings]
    by_text = {verdict.criterion: verdict for verdict in (judged.verdicts if judged is not None else ())}
    checks = iter(looked)
    verdicts: dict[tuple[str, bool], CriterionResult] = {}
    for criterion in criteria:
        verdict = (
            next(checks) if isinstance(criterion, Check) else by_text.get(criterion, _not_asked(criterion))
        )
        verdicts.setdefault((verdict.criterion, isinstance(criterion, Check)), verdict)
    told = list(verdicts.values())
    passed = bool(told) and all(verdict.passed for verdict in told)
    return ScenarioResult(
        success=passed and (judged is None or judged.approves),
        messages=[],  # the conversation is the engine's to fill in
        reasoning=_reasoning(looked, told, judged),
        passed_criteria=_named(told, CriterionStatus.PASSED),
        failed_criteria=_named(told, CriterionStatus.FAILED) + _named(told, CriterionStatus.INCONCLUSIVE),
        inconclusive_criteria=_named(told, CriterionStatus.INCONCLUSIVE),
        criteria=told,
        fault=_fault(told, judged),
    )


def settled(findings: Sequence[Finding]) -> bool:
    """Whether nothing that is said later can change what checks make of a conversation."""
    failed = any(found.settled and found.status is CriterionStatus.FAILED for found in findings)
    passed = all(found.settled and found.status is CriterionStatus.PASSED for found in findings)
    return failed or (passed and bool(findings))


def _looked(check: Check, found: Finding) -> CriterionResult:
    return CriterionResult(check.name, found.status, found.reasoning, found.evidence)


def _not_asked(criterion: str) -> CriterionResult:
    return CriterionResult(criterion, CriterionStatus.INCONCLUSIVE, _NOT_ASKED)


def _named(verdicts: Sequence[CriterionResult], status: CriterionStatus) -> list[str]:
    return [verdict.criterion for verdict in verdicts if verdict.status is status]


def _fault(verdicts: Sequence[CriterionResult], judged: Judged | None) -> Fault | None:
    """The judge's fault: it has nothing to judge by, or nothing failed and it could not tell or contradicts itself."""
    if not verdicts:
        return Fault(FaultKind.JUDGE, NO_CRITERIA)
    if judged is None or _named(verdicts, CriterionStatus.FAILED):
        return None
    reason = judged.failing or (_CONTRADICTION if _contradicts(verdicts, judged) else "")
    return Fault(FaultKind.JUDGE, reason) if reason else None


def _contradicts(verdicts: Sequence[CriterionResult], judged: Judged) -> bool:
    return not judged.approves and all(verdict.passed for verdict in verdicts)


def _reasoning(
    looked: Sequence[CriterionResult], verdicts: Sequence[CriterionResult], judged: Judged | None
) -> str:
    if not verdicts:
        return NO_CRITERIA
    unmet = [f"{verdict.criterion}: {verdict.reasoning}" for verdict in looked if not verdict.passed]
    if judged is None:
        passed = f"All {len(looked)} checks passed" if len(looked) > 1 else "The check passed"
        return "; ".join(unmet) or passed
    whole = judged.reasoning or "; ".join(str(verdict) for verdict in judged.verdicts if not verdict.passed)
    notes = [
        f"The verdict on {verdict.criterion!r} is not supported: what it quotes is not in the conversation."
        for verdict in judged.verdicts
        if not verdict.supported
    ]
    contradiction = _CONTRADICTION if _contradicts(verdicts, judged) else ""
    parts = [*unmet, whole or "All criteria are met.", *notes, contradiction, judged.failing]
    return "\n".join(part for part in parts if part)
