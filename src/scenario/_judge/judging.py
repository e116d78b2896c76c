"""From criteria and a conversation to a verdict: checks looked at, models asked, votes counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from scenario._judge.case import Case, keyed
from scenario._judge.estimate_tokens import estimate_tokens
from scenario._judge.evidence import Source
from scenario._judge.hearing import Hearing, Ruling, ask, begin, hear
from scenario._judge.judge_span_digest_formatter import JudgeSpanDigestFormatter
from scenario._judge.result import Judged, result_of, settled
from scenario._judge.spans import of_the_agent
from scenario._judge.transcript import numbered
from scenario._judge.votes import Ballot, Tally, abstention, ballot, no_vote, tally
from scenario._models.player_model import PlayerModel
from scenario._utils.together import together
from scenario.checks import Check, Subject
from scenario.errors import ModelError
from scenario.types import AgentInput, Criterion, CriterionStatus, ScenarioResult


@dataclass(frozen=True)
class Means:
    """What a judge has to decide with.

    Attributes:
        voters: The models that vote; one that is there twice votes twice.
        agreement: The share of the votes that a verdict must exceed.
        system_prompt: People's own instructions, in the place of ours.
        context: What the judge should know beside the conversation.
        spans: The ended spans of the conversation.
        token_threshold: From how many tokens the conversation or the spans are shown in outline.
        steps: How often a judge may look things up.
    """

    voters: Sequence[PlayerModel]
    agreement: float
    system_prompt: str | None
    context: tuple[str, ...]
    spans: Sequence[Any]
    token_threshold: int
    steps: int


async def judge(
    criteria: Sequence[Criterion], given: AgentInput, means: Means, *, is_forced: bool
) -> ScenarioResult | None:
    """Decide.

    Args:
        criteria: What must hold.
        given: The conversation.
        means: What there is to decide with.
        is_forced: Whether a verdict must be given now.

    Returns:
        The result; None when the conversation shall go on.

    Raises:
        ModelError: Models could not be had, and without them nothing is decided.
    """
    checks = [criterion for criterion in criteria if isinstance(criterion, Check)]
    texts = [criterion for criterion in criteria if not isinstance(criterion, Check)]
    subject = Subject.of(given.scenario_state) if checks else None
    findings = [(check, check.look(subject)) for check in checks] if subject is not None else []
    statuses = {found.status for _, found in findings}
    if not texts or CriterionStatus.FAILED in statuses:
        is_over = is_forced or settled([found for _, found in findings])
        return result_of(criteria, findings, None) if is_over else None
    counted = await _count(_case(texts, given, means, is_forced=is_forced), means)
    if not is_forced and not _stands(counted, statuses):
        return None
    approves = counted.overall is CriterionStatus.PASSED
    failing = counted.failing if is_forced else ""
    return result_of(criteria, findings, Judged(counted.verdicts, counted.reasoning, approves, failing))


def _case(texts: Sequence[str], given: AgentInput, means: Means, *, is_forced: bool) -> Case:
    state, limit = given.scenario_state, means.token_threshold
    spans = of_the_agent(means.spans)
    formatter = JudgeSpanDigestFormatter()
    digest = formatter.format(spans) if spans else ""
    is_deep = estimate_tokens(digest) > limit
    return Case(
        criteria=keyed(texts),
        messages=given.messages,
        description=state.description,
        turn=state.current_turn,
        max_turns=state.config.max_turns,
        is_forced=is_forced,
        context=means.context,
        spans=spans,
        digest=digest,
        digest_outline=formatter.format_structure_only(spans) if is_deep else None,
        is_long=estimate_tokens(numbered(given.messages)) > limit,
    )


async def _count(case: Case, means: Means) -> Tally:
    """What the votes of all models come to; they are asked at once."""
    source = case.source()
    voters = [replace(voter, sample=number) for number, voter in enumerate(means.voters)]
    votes = await together(_vote(voter, case, source, means) for voter in voters)
    errors = [vote for vote in votes if isinstance(vote, ModelError)]
    ballots = [no_vote(case, str(vote)) if isinstance(vote, ModelError) else vote for vote in votes]
    counted = tally(ballots, means.agreement)
    is_undecided = any(each.status is CriterionStatus.INCONCLUSIVE for each in counted.verdicts)
    if errors and is_undecided and not counted.goes_on:
        raise errors[0]
    return counted


async def _vote(voter: PlayerModel, case: Case, source: Source, means: Means) -> Ballot | ModelError:
    """One verdict of one model, or why it could not be had."""
    hearing = begin(case, means.system_prompt, means.steps)
    while True:
        asked = ask(hearing)
        try:
            reply = await voter.ask(asked.messages, tools=asked.tools, tool_choice=asked.tool_choice)
        except ModelError as error:
            return error
        heard = hear(hearing, reply)
        if isinstance(heard, Ruling):
            return ballot(case, source, heard)
        if not isinstance(heard, Hearing):
            return abstention(case)
        hearing = heard


def _stands(counted: Tally, of_checks: set[CriterionStatus]) -> bool:
    """Whether a verdict that nobody asked for ends the conversation: something failed, or all has passed."""
    statuses = {verdict.status for verdict in counted.verdicts} | {counted.overall}
    return CriterionStatus.FAILED in statuses or statuses | of_checks == {CriterionStatus.PASSED}
