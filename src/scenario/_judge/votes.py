"""From the votes of one or several models to one verdict. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scenario._judge.case import Case
from scenario._judge.evidence import Findings, Source
from scenario._judge.hearing import Ruling
from scenario._judge.reply import Reading
from scenario._text import shorten
from scenario.types import CriterionResult, CriterionStatus, Evidence

PASSED, FAILED, INCONCLUSIVE = CriterionStatus.PASSED, CriterionStatus.FAILED, CriterionStatus.INCONCLUSIVE
_OVERALL = {"": PASSED, "success": PASSED, "passed": PASSED, "failure": FAILED, "failed": FAILED}
_WENT_ON = "This vote was to let the conversation go on"


@dataclass(frozen=True)
class Ballot:
    """One vote.

    Attributes:
        verdicts: A verdict for each criterion, in the order of the case.
        reasoning: The verdict as a whole.
        overall: What it says of the run as a whole; passed when it says nothing of it.
        goes_on: Whether the vote was to let the conversation go on.
        failing: How the judge failed to vote, if it did.
    """

    verdicts: tuple[CriterionResult, ...]
    reasoning: str = ""
    overall: CriterionStatus = PASSED
    goes_on: bool = False
    failing: str = ""


@dataclass(frozen=True)
class Tally:
    """What the votes come to.

    Attributes:
        verdicts: A verdict for each criterion, in the order of the case.
        reasoning: The reasoning of the vote that the verdict follows.
        overall: What the majority says of the run as a whole, beside its criteria.
        goes_on: Whether the majority is for letting the conversation go on.
        failing: How the judge failed to decide, when that is why a criterion is undecided.
    """

    verdicts: tuple[CriterionResult, ...]
    reasoning: str
    overall: CriterionStatus
    goes_on: bool
    failing: str


def ballot(case: Case, source: Source, ruling: Ruling) -> Ballot:
    """A vote, with its quotes looked up.

    Args:
        case: What was judged.
        source: Where quotes can stand.
        ruling: What the model decided.
    """
    verdicts = [
        _verdict(text, ruling.readings.get(key), source, ruling) for key, text in case.criteria.items()
    ]
    overall = _OVERALL.get(ruling.overall, INCONCLUSIVE)
    return Ballot(tuple(verdicts), ruling.reasoning, overall, failing=ruling.failing)


def abstention(case: Case) -> Ballot:
    """The vote to let the conversation go on."""
    return Ballot(_undecided(case, _WENT_ON), _WENT_ON, goes_on=True)


def no_vote(case: Case, reason: str) -> Ballot:
    """The vote of a model that could not be had."""
    return Ballot(_undecided(case, reason), reason, INCONCLUSIVE, failing=reason)


def tally(ballots: Sequence[Ballot], agreement: float) -> Tally:
    """What votes come to, criterion by criterion.

    Args:
        ballots: The votes; at least one.
        agreement: The share of all votes, from 0 to 1, that a verdict must exceed; else it is inconclusive.
    """
    needed = agreement * len(ballots)
    columns = zip(*(each.verdicts for each in ballots), strict=True)
    verdicts = tuple(_majority(column, needed) for column in columns)
    agreeing = max(ballots, key=lambda each: _agreement(each, verdicts))
    failing = [each.failing for each in ballots if each.failing]
    is_undecided = any(verdict.status is INCONCLUSIVE for verdict in verdicts)
    return Tally(
        verdicts,
        agreeing.reasoning,
        _winner(Counter(each.overall for each in ballots), needed) or INCONCLUSIVE,
        sum(each.goes_on for each in ballots) > needed,
        failing[0] if failing and is_undecided else "",
    )


def _agreement(vote: Ballot, verdicts: Sequence[CriterionResult]) -> tuple[int, bool]:
    same = sum(one.status is two.status for one, two in zip(vote.verdicts, verdicts, strict=True))
    return same, not vote.failing


def _majority(column: Sequence[CriterionResult], needed: float) -> CriterionResult:
    """The verdict of the majority, with the reasoning of its first supported vote and the evidence of all."""
    if len(column) == 1:
        return column[0]
    counts = Counter(vote.status for vote in column)
    status = _winner(counts, needed)
    split = ", ".join(f"{counts[each]} {each.value}" for each in CriterionStatus if counts[each])
    if status is None:
        reasons = "; ".join(f"{vote.status.value}: {vote.reasoning}" for vote in column if vote.reasoning)
        return CriterionResult(
            column[0].criterion, INCONCLUSIVE, f"The votes are split: {split}. {reasons}".strip()
        )
    votes = [vote for vote in column if vote.status is status]
    supported = [vote for vote in votes if vote.supported]
    first = (supported or votes)[0]
    evidence: dict[Evidence, None] = dict.fromkeys(place for vote in votes for place in vote.evidence)
    told = first.reasoning if len(counts) == 1 else f"{first.reasoning} (votes: {split})".strip()
    return CriterionResult(first.criterion, status, told, tuple(evidence), supported=bool(supported))


def _winner(counts: Counter[CriterionStatus], needed: float) -> CriterionStatus | None:
    """The verdict with the most votes, when there are enough and no other has as many."""
    (status, most), *others = counts.most_common()
    is_tied = bool(others) and others[0][1] == most
    return status if most > needed and not is_tied else None


def _verdict(criterion: str, reading: Reading | None, source: Source, ruling: Ruling) -> CriterionResult:
    if reading is None:
        return CriterionResult(criterion, INCONCLUSIVE, ruling.failing or "The judge gave no verdict.")
    found = source.check(reading.claims)
    note = _note(found)
    reasoning = f"{reading.reasoning} ({note})".strip() if note else reading.reasoning
    return CriterionResult(criterion, reading.status, reasoning, found.evidence, supported=found.supported)


def _note(found: Findings) -> str:
    """What people should know about the quotes that stand nowhere."""
    if not found.missing:
        return ""
    quoted = ", ".join(repr(shorten(quote, 60)) for quote in found.missing)
    is_one = len(found.missing) == 1
    told = f"{'a quote is' if is_one else 'quotes are'} not in the conversation: {quoted}"
    return told if found.supported else f"unsupported: {told}"


def _undecided(case: Case, reason: str) -> tuple[CriterionResult, ...]:
    return tuple(CriterionResult(text, INCONCLUSIVE, reason) for text in case.criteria.values())
