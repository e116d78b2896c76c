"""What a run came to, and whose doing it was when it did not pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class RunOutcome(str, Enum):
    """What a run came to."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    ERROR = "error"


class FaultKind(str, Enum):
    """Who is to blame for a run that did not pass. Only the agent's faults count against the agent."""

    AGENT = "agent"
    SIMULATOR = "simulator"
    JUDGE = "judge"
    INFRASTRUCTURE = "infrastructure"


@dataclass(frozen=True)
class Fault:
    """Why a run did not pass, and whose doing that was.

    Attributes:
        kind: Who is to blame.
        reason: What happened, in a sentence.
    """

    kind: FaultKind
    reason: str

    def __str__(self) -> str:
        """The fault in words, such as ``infrastructure: the model could not be reached``."""
        return f"{self.kind.value}: {self.reason}"


_NOT_THE_AGENTS = {
    FaultKind.SIMULATOR: "the simulated user's fault",
    FaultKind.JUDGE: "the judge's fault",
    FaultKind.INFRASTRUCTURE: "the fault of what is around it",
}


def not_the_agents(kind: FaultKind) -> str:
    """A sentence for people: whose fault it is, and that it does not count against the agent."""
    return f"Not counted against the agent: this is {_NOT_THE_AGENTS[kind]}."


def attribute(
    *,
    success: bool,
    reasoning: str | None,
    failed: Sequence[str],
    inconclusive: Sequence[str],
    fault: Fault | None,
) -> tuple[RunOutcome, Fault | None]:
    """The outcome and the fault that follow from a verdict. Pure.

    Args:
        success: Whether the run passed.
        reasoning: Why it ended this way.
        failed: The criteria that were not met or not decided.
        inconclusive: Those that were not decided.
        fault: The fault, if it is known; None follows from the criteria: where none has failed and some
            were not decided, the judge is who could not tell; else the agent did not do what it should.

    Returns:
        The outcome, and the fault unless the run passed.
    """
    if success:
        return RunOutcome.PASSED, None
    if fault is None:
        undecided = bool(inconclusive) and set(failed) <= set(inconclusive)
        kind = FaultKind.JUDGE if undecided else FaultKind.AGENT
        fault = Fault(
            kind, reasoning or ("The judge could not decide" if undecided else "The run did not pass")
        )
    outcomes = {FaultKind.AGENT: RunOutcome.FAILED, FaultKind.JUDGE: RunOutcome.INCONCLUSIVE}
    return outcomes.get(fault.kind, RunOutcome.ERROR), fault
