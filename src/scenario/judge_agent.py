"""The judge: decides whether a conversation meets its criteria."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from scenario._error_messages import model_not_supported, model_required
from scenario._text import shorten
from scenario.agent_adapter import AgentAdapter
from scenario.checks import Check, Finding, Subject
from scenario.config import ModelConfig, resolve
from scenario.errors import ModelRequiredError
from scenario.script import checked_criteria
from scenario.types import (
    AgentInput,
    AgentReturnTypes,
    AgentRole,
    Criterion,
    CriterionResult,
    CriterionStatus,
    ScenarioResult,
)

_INSTEAD = "Use checks from scenario.checks, which need none, or override `call` in a subclass."


class JudgeAgent(AgentAdapter):
    """Judges a conversation by its criteria.

    Criteria that are checks are decided by looking, without a model. Criteria that are texts need a model,
    which this version cannot talk to: use checks, or subclass and override `call`.

    While a conversation goes on by itself, the judge ends it as soon as nothing that is said later can change
    the verdict: when a criterion has failed for good, or all have passed for good. On the last turn, and when
    the script asks, it decides by what is there.

    Args:
        criteria: What must hold.
        model: The language model for criteria that are texts.
        api_base: The model's address.
        api_key: The model's key.
        temperature: Sampling temperature.
        max_tokens: The most tokens in a reply.
        system_prompt: Replaces the judge's own instructions.
        span_collector: Where the judge reads the spans of the run.
        token_threshold: The size from which a long trace is shown as an outline.
        max_discovery_steps: How often the judge may look into a long trace.
        extra_params: Passed to the model.

    Raises:
        ModelRequiredError: A criterion is a text, and no model is configured.
    """

    role = AgentRole.JUDGE

    def __init__(
        self,
        *,
        criteria: Sequence[Criterion] | None = None,
        model: str | ModelConfig | None = None,
        api_base: str | None = None,
        api_key: str | None = None,
        temperature: float | None = None,
        max_tokens: int | None = None,
        system_prompt: str | None = None,
        span_collector: Any = None,
        token_threshold: int = 8192,
        max_discovery_steps: int = 10,
        **extra_params: Any,
    ) -> None:
        self.criteria: list[Criterion] = list((criteria and checked_criteria(criteria)) or [])
        self.model = model
        self.api_base = api_base
        self.api_key = api_key
        self.temperature = temperature
        self.max_tokens = max_tokens
        self.system_prompt = system_prompt
        self.span_collector = span_collector
        self.token_threshold = token_threshold
        self.max_discovery_steps = max_discovery_steps
        self._extra_params = extra_params
        overridden = type(self).call is not JudgeAgent.call
        if not overridden and not self._has_model():
            self._only_checks(self.criteria)

    async def call(self, input: AgentInput) -> AgentReturnTypes:  # noqa: A002 - the name callers know
        """The verdict, or an empty list to let the conversation go on.

        Raises:
            ModelRequiredError: A criterion is a text.
        """
        request = input.judgment_request
        asked = request.criteria if request is not None else None
        checks = self._only_checks(self.criteria if asked is None else asked)
        subject = Subject.of(input.scenario_state)
        findings = [(check, check.look(subject)) for check in checks]
        state = input.scenario_state
        last_turn = state.config.max_turns is not None and state.current_turn >= state.config.max_turns - 1
        if request is None and not last_turn and not _settled([found for _, found in findings]):
            return []
        return _verdict(findings)

    def _has_model(self) -> bool:
        return (self.model or resolve().default_model) is not None

    def _only_checks(self, criteria: Sequence[Criterion]) -> list[Check]:
        name = type(self).__name__
        for criterion in criteria:
            if not isinstance(criterion, Check):
                what = f"the criterion {shorten(repr(criterion), 60)} needs one to be judged"
                missing = "" if self._has_model() else f"{model_required(name, what)} "
                raise ModelRequiredError(model_not_supported(name, f"{missing}{_INSTEAD}"), agent=name)
        return cast("list[Check]", list(criteria))


def _settled(findings: Sequence[Finding]) -> bool:
    failed = any(found.settled and found.status is CriterionStatus.FAILED for found in findings)
    passed = all(found.settled and found.status is CriterionStatus.PASSED for found in findings)
    return failed or (passed and bool(findings))


def _verdict(findings: Sequence[tuple[Check, Finding]]) -> ScenarioResult:
    verdicts = [
        CriterionResult(check.name, found.status, found.reasoning, found.evidence)
        for check, found in findings
    ]
    by_status = {
        status: [verdict.criterion for verdict in verdicts if verdict.status is status]
        for status in CriterionStatus
    }
    inconclusive = by_status[CriterionStatus.INCONCLUSIVE]
    failed = [verdict for verdict in verdicts if not verdict.passed]
    return ScenarioResult(
        success=bool(verdicts) and not failed,
        messages=[],
        reasoning=_reasoning(verdicts, failed),
        passed_criteria=by_status[CriterionStatus.PASSED],
        failed_criteria=by_status[CriterionStatus.FAILED] + inconclusive,
        inconclusive_criteria=inconclusive,
        criteria=verdicts,
    )


def _reasoning(verdicts: Sequence[CriterionResult], failed: Sequence[CriterionResult]) -> str:
    if not verdicts:
        return "The judge has no criteria, so there is nothing to pass: give it some with JudgeAgent(criteria=[...])"
    if not failed:
        return f"All {len(verdicts)} checks passed" if len(verdicts) > 1 else "The check passed"
    return "; ".join(f"{verdict.criterion}: {verdict.reasoning}" for verdict in failed)
