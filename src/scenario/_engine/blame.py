"""Whose doing it was that a run did not pass. Pure."""

from __future__ import annotations

from typing import assert_never

from scenario._engine.outcome import (
    CheckpointFailed,
    Decided,
    Declared,
    Outcome,
    Raised,
    ScriptEnded,
    TimedOut,
    TurnLimit,
    Unplayable,
)
from scenario.errors import AgentError, CassetteError, EndpointError, ModelError, ReplayMissError
from scenario.types import AgentRole, EndingKind, Fault, FaultKind

_BY_ROLE = {
    AgentRole.AGENT.value: FaultKind.AGENT,
    AgentRole.USER.value: FaultKind.SIMULATOR,
    AgentRole.JUDGE.value: FaultKind.JUDGE,
}


def fault_of(outcome: Outcome, reasoning: str | None) -> Fault | None:
    """Who is to blame for a run that ended with `outcome`, when it is no success.

    Args:
        outcome: How the run ended.
        reasoning: Why, in words.

    Returns:
        The fault; None when the verdicts on the criteria tell.
    """
    match outcome:
        case Decided(result):
            return result.fault
        case CheckpointFailed(_, result):
            return None if result is None else result.fault
        case Declared() | TurnLimit():
            return None
        case ScriptEnded():
            kind = _of_end(outcome)
        case TimedOut(error):
            kind = _of_role(error.role)
        case Unplayable():
            kind = FaultKind.SIMULATOR
        case Raised():
            kind = _of_error(outcome)
        case _:
            assert_never(outcome)
    return None if kind is None else Fault(kind, reasoning or "")


def _of_end(outcome: ScriptEnded) -> FaultKind | None:
    """A script that ran out: None when its verdicts, or the user's leaving, say it all."""
    if outcome.judged:
        return None
    if outcome.ending is not None:
        return FaultKind.SIMULATOR if outcome.ending.kind is EndingKind.OUT_OF_SCOPE else None
    return FaultKind.JUDGE if outcome.judge_was_silent else FaultKind.INFRASTRUCTURE


def _of_error(outcome: Raised) -> FaultKind:
    if outcome.is_assertion:
        return FaultKind.AGENT
    error: BaseException | None = outcome.error
    role = error.role if isinstance(error, AgentError) else None
    while error is not None:
        out_of_reach = isinstance(error, EndpointError) and error.unreachable
        if isinstance(error, ModelError | ReplayMissError | CassetteError) or out_of_reach:
            return FaultKind.INFRASTRUCTURE
        error = error.__cause__
    return _of_role(role)


def _of_role(role: str | None) -> FaultKind:
    return _BY_ROLE.get(role or "", FaultKind.INFRASTRUCTURE)
