"""What a report is made of: a batch summed up, its conversations, and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scenario._text import message_lines
from scenario._wording import percent
from scenario.analysis import BatchSummary, Comparison, ScenarioSummary, Selection, Trial, TrialState, compare
from scenario.analysis.compare import ALPHA
from scenario.faults import FaultKind
from scenario.report.wording import printable
from scenario.statistics import Interval
from scenario.store.conversations import Conversation, conversations
from scenario.store.open import RunStore
from scenario.types import CriterionResult, CriterionStatus

NOTHING_SAID = Conversation()
LONGEST = 20_000
"""The most characters of one text that a report shows."""


@dataclass(frozen=True, slots=True)
class Document:
    """A batch, ready to be reported.

    Attributes:
        summary: What it comes to.
        conversations: What was said and judged, by the id of the run.
        comparison: It against what was there before, if that was asked for.
    """

    summary: BatchSummary
    conversations: Mapping[str, Conversation] = field(default_factory=dict[str, Conversation])
    comparison: Comparison | None = None

    def said_in(self, trial: Trial) -> Conversation:
        """The conversation of a trial; an empty one where it is not known."""
        return self.conversations.get(trial.run.id, NOTHING_SAID)


def read_document(
    store: RunStore, chosen: Selection, *, baseline: Selection | None = None, alpha: float = ALPHA
) -> Document:
    """The document of runs in a store.

    Args:
        store: An open store.
        chosen: The runs.
        baseline: What they are compared with.
        alpha: The chance of a false find in the comparison; its intervals and all others have the rest as confidence.
    """
    summary = chosen.summary(confidence=1 - alpha)
    ids = [trial.run.id for each in summary.scenarios for trial in each.of.trials]
    comparison = None if baseline is None else compare(baseline.summary(), summary, alpha=alpha)
    return Document(summary, conversations(store, ids), comparison)


def failed_trials(scenario: ScenarioSummary) -> list[Trial]:
    """The trials in which the agent failed."""
    return [trial for trial in scenario.of.trials if trial.state is TrialState.FAILED]


def unmet(conversation: Conversation) -> list[CriterionResult]:
    """The verdicts that did not pass."""
    return [each for each in conversation.verdicts if each.status is not CriterionStatus.PASSED]


def transcript_lines(conversation: Conversation) -> list[str]:
    """A conversation as lines, each message with its place."""
    return [
        f"{row.position:>3} {line}"
        for row in conversation.messages
        for each in message_lines(row.message)
        for line in limited(printable(each)).splitlines() or [""]
    ]


def failure_lines(trial: Trial, conversation: Conversation) -> list[str]:
    """Why a trial did not pass, what it rests on, and what was said."""
    run = trial.run
    number = "" if run.trial is None else f" {run.trial}"
    lines = [f"Trial{number}, run {run.id}"]
    lines += printable(run.error or run.reasoning or run.fault_reason or "").splitlines()
    for verdict in unmet(conversation):
        lines += [printable(line) for line in str(verdict).splitlines()]
    said = transcript_lines(conversation)
    return [*lines, *(["", "The conversation:", *said] if said else ["", "Nothing was said."])]


def limited(text: str, most: int = LONGEST) -> str:
    """The text, or its beginning and how much more there is."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} more characters)"


def likely(interval: Interval | None) -> str:
    """An interval of rates in percent, such as ``83.9 to 97.6 %``; nothing without one."""
    if interval is None:
        return ""
    return f"{percent(interval.low).removesuffix(' %')} to {percent(interval.high)}"


def points(interval: Interval) -> str:
    """An interval of differences of rates in percentage points, such as ``-3.1 to +8.0``."""
    return f"{100 * interval.low:+.1f} to {100 * interval.high:+.1f}"


def left_out_words(left_out: Mapping[FaultKind, int]) -> str:
    """How many trials do not count and whose fault that is, such as ``3 left out (judge 2, simulator 1)``."""
    kinds = ", ".join(f"{kind.value} {count}" for kind, count in left_out.items())
    return f"{sum(left_out.values())} left out ({kinds})" if left_out else "none left out"


def interval_words(scenario: ScenarioSummary) -> str:
    """The interval of a scenario's rate in words, or why there is none."""
    if scenario.stopped_early:
        return "no interval: stopped early"
    return likely(scenario.interval) or "no trial counts"


def amount(value: float | None, digits: int = 2) -> str:
    """A number for a table; a dash for an unknown one."""
    if value is None:
        return "-"
    return f"{value:,.{digits}f}" if abs(value) >= 10 ** (-digits) or value == 0 else f"{value:.1g}"


def notes(summary: BatchSummary) -> Sequence[str]:
    """What somebody who reads the figures should know, in sentences."""
    found: list[str] = []
    if summary.left_out:
        words = left_out_words(summary.left_out)
        found.append(f"Of {summary.trials} trials {words}: what went wrong there was not the agent's doing.")
    for each in summary.stopped_early:
        done = len(each.of.trials) - each.of.unfinished
        found.append(
            f"{printable(each.label)} was stopped early, after {done} of {each.of.planned} trials: it has no interval, "
            "because what stopped it may have looked at results."
        )
    if summary.retries:
        found.append(f"{summary.retries} runs were played again; only the last run of a trial counts.")
    if summary.usage.unpriced_calls:
        found.append(f"The price of {summary.usage.unpriced_calls} model calls is not known.")
    return found
