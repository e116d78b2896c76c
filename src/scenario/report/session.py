"""What the runs of a session come to, as plain values that can be sent from process to process."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from scenario.report.wording import printable

if TYPE_CHECKING:
    from scenario.types import ScenarioResult


class Verdict(str, Enum):
    """How a run ended."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCONCLUSIVE = "INCONCLUSIVE"
    ERROR = "ERROR"
    CANCELLED = "CANCELLED"

    @classmethod
    def of(cls, status: str, outcome: str | None = None) -> Verdict:
        """The verdict that a status of the event protocol, and the outcome of a result, stand for."""
        if status == "FAILED" and outcome is not None:
            return cls(outcome.upper())
        return cls.PASSED if status == "SUCCESS" else cls(status)


@dataclass(frozen=True, slots=True)
class Unmet:
    """A criterion that was not met.

    Attributes:
        criterion: Which.
        status: ``failed`` or ``inconclusive``.
        reasoning: Why; may be empty.
        evidence: Where in the conversation, in words.
    """

    criterion: str
    status: str
    reasoning: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run.

    Attributes:
        name: The scenario's name.
        verdict: How it ended.
        test: The id of the test that it was played in; None outside of tests.
        turns: In how many turns something was said, where it is known.
        total_time: Seconds from its start to its end, where they are known.
        agent_time: Seconds spent in agents of the role AGENT, where they are known.
        reason: Why it ended this way; empty when `unmet` says it all.
        criteria: How many criteria were decided.
        unmet: Those that were not met.
        fault: Unless it passed: whose fault it was, such as ``agent`` or ``simulator``.
        usage: What it used of language models, in words; empty for none.
    """

    name: str
    verdict: Verdict
    test: str | None = None
    turns: int | None = None
    total_time: float | None = None
    agent_time: float | None = None
    reason: str = ""
    criteria: int = 0
    unmet: tuple[Unmet, ...] = ()
    fault: str = ""
    usage: str = ""

    @property
    def excuses_agent(self) -> bool:
        """Whether it did not pass and the agent is not to blame."""
        return self.fault not in {"", "agent"}

    def to_plain(self) -> dict[str, Any]:
        """The same as data that JSON and other processes can hold."""
        return {**dataclasses.asdict(self), "verdict": self.verdict.value}

    @classmethod
    def from_plain(cls, data: Mapping[str, Any]) -> RunSummary:
        """The run that `to_plain` made this of."""
        fields: dict[str, Any] = dict(data)
        fields["verdict"] = Verdict(fields["verdict"])
        fields["unmet"] = tuple(
            Unmet(**each | {"evidence": tuple(each["evidence"])}) for each in fields["unmet"]
        )
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many runs there were, how many of them passed, and how many did not for a fault that is not the agent's."""

    total: int
    passed: int
    excused: int = 0

    @property
    def failed(self) -> int:
        """How many did not pass, those that raised among them."""
        return self.total - self.passed

    @property
    def success_rate(self) -> float:
        """How many of a hundred passed, with two decimals; 0 without runs."""
        return round(100 * self.passed / self.total, 2) if self.total else 0.0


def totals_of(runs: Collection[RunSummary]) -> Totals:
    """The totals of these runs."""
    passed = sum(run.verdict is Verdict.PASSED for run in runs)
    return Totals(len(runs), passed, sum(run.excuses_agent for run in runs))


def summarise(
    name: str, result: ScenarioResult, verdict: Verdict, *, error: str | None = None, test: str | None = None
) -> RunSummary:
    """What a run comes to.

    Args:
        name: The scenario's name.
        result: Its result.
        verdict: How it ended.
        error: The text of the exception that ended it, if one did.
        test: The id of the test that it was played in.
    """
    unmet = tuple(each for each in _unmet(result) if each.criterion != error)
    return RunSummary(
        name=printable(name),
        verdict=verdict,
        test=None if test is None else printable(test),
        turns=result.turns,
        total_time=result.total_time,
        agent_time=result.agent_time,
        reason=printable(_reason(result, error, unmet)),
        criteria=len({*result.passed_criteria, *result.failed_criteria} - {error}),
        unmet=tuple(_printable(each) for each in unmet),
        fault="" if result.fault is None else result.fault.kind.value,
        usage=str(result.usage.total) if result.usage else "",
    )


def _unmet(result: ScenarioResult) -> list[Unmet]:
    """The criteria that were not met, each with its reason and its evidence where somebody gave them."""
    known = {verdict.criterion: verdict for verdict in result.criteria}
    found: list[Unmet] = []
    for criterion in result.failed_criteria:
        verdict = known.get(criterion)
        if verdict is not None:
            evidence = tuple(str(each) for each in verdict.evidence)
            found.append(Unmet(str(criterion), verdict.status.value, verdict.reasoning, evidence))
        else:
            undecided = criterion in result.inconclusive_criteria
            found.append(Unmet(str(criterion), "inconclusive" if undecided else "failed"))
    return found


def _reason(result: ScenarioResult, error: str | None, unmet: Collection[Unmet]) -> str:
    """Why a run ended: what was raised, or the result's reasoning unless it only repeats the criteria's."""
    if error is not None:
        return error
    reasoning = result.reasoning or ""
    repeats = unmet and all(each.reasoning and each.reasoning in reasoning for each in unmet)
    return "" if repeats else reasoning


def _printable(each: Unmet) -> Unmet:
    evidence = tuple(printable(text) for text in each.evidence)
    return Unmet(printable(each.criterion), each.status, printable(each.reasoning), evidence)
