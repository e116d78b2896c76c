"""From the way a run ended to its result. Results are built here and nowhere else in the engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from scenario._engine.blame import fault_of
from scenario._engine.checkpoints import join, names, verdicts_of
from scenario._engine.facts import RunStatus
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
from scenario._utils.values import value
from scenario.faults import RunOutcome, attribute
from scenario.message_types import Message
from scenario.types import CriterionResult, CriterionStatus, EndingKind, ScenarioResult, UserEnding
from scenario.usage import RunUsage

_SUCCEEDED = "Scenario marked as successful with scenario.succeed()"
_FAILED = "Scenario marked as failed with scenario.fail()"
_ALL_PASSED = "All inline criteria checkpoints passed"
_NO_CONCLUSION = "Reached end of script without conclusion"
_SILENT_JUDGE = " (the judge was asked and gave no verdict)"
_WAYS_OUT = (
    "add one of the following: `scenario.judge()` to ask a judge for the verdict, `scenario.succeed()` or "
    "`scenario.fail()` to decide it in the script, or `scenario.proceed()` with a larger `max_turns` to let "
    "the conversation go on"
)


@value
class Played:
    """What a run has come to by its end.

    Attributes:
        messages: The conversation; the result takes this list.
        verdicts: What was judged at checkpoints, in order.
        ending: How the simulated user left, if it did.
        turns: In how many turns something was said.
        total_time: Seconds since the run began.
        agent_time: Seconds spent in agents of the role AGENT.
        usage: What was used of language models.
    """

    messages: list[Message]
    verdicts: Sequence[CriterionResult]
    ending: UserEnding | None
    turns: int
    total_time: float
    agent_time: float
    usage: RunUsage


def conclude(outcome: Outcome, played: Played) -> ScenarioResult:
    """The result of a run that ended with `outcome`.

    Criteria passed at checkpoints come before those of the final verdict; each stands once. A result
    that somebody gave keeps its class and its other fields.
    """
    given = outcome.result if isinstance(outcome, Decided | CheckpointFailed) else None
    success, reasoning, own = _verdict(outcome, played)
    verdicts = join((*played.verdicts, *own))
    failed = names(verdicts, CriterionStatus.FAILED, CriterionStatus.INCONCLUSIVE)
    inconclusive = names(verdicts, CriterionStatus.INCONCLUSIVE)
    came_to, fault = attribute(
        success=success,
        reasoning=reasoning,
        failed=failed,
        inconclusive=inconclusive,
        fault=fault_of(outcome, reasoning),
    )
    broke = isinstance(outcome, Raised) and not outcome.is_assertion
    update: dict[str, Any] = {
        "success": success,
        "reasoning": reasoning,
        "messages": played.messages,
        "passed_criteria": names(verdicts, CriterionStatus.PASSED),
        "failed_criteria": failed,
        "inconclusive_criteria": inconclusive,
        "criteria": list(verdicts),
        "ending": played.ending,
        "turns": played.turns,
        "total_time": played.total_time,
        "agent_time": played.agent_time,
        "outcome": RunOutcome.ERROR if broke else came_to,
        "fault": fault,
        "usage": played.usage,
    }
    return given.model_copy(update=update) if given is not None else ScenarioResult(**update)


def status_of(outcome: Outcome, result: ScenarioResult) -> RunStatus:
    """How the run that ended with `outcome` and `result` is reported."""
    if isinstance(outcome, Raised):
        return RunStatus.CANCELLED if outcome.is_cancellation else RunStatus.ERROR
    return RunStatus.SUCCESS if result.success else RunStatus.FAILED


def describe_error(error: BaseException) -> str:
    """An exception in words: its text, or its type's name where it has none."""
    return str(error) or type(error).__name__


def _verdict(outcome: Outcome, played: Played) -> tuple[bool, str | None, Sequence[CriterionResult]]:
    """Whether it is a success, why, and the verdicts that the end itself brings."""
    match outcome:
        case Decided(result):
            return result.success, result.reasoning, verdicts_of(result)
        case Declared(success, reasoning):
            default = _SUCCEEDED if success else _FAILED
            return success, default if reasoning is None else reasoning, ()
        case CheckpointFailed(reasoning):
            return False, reasoning, ()  # its verdicts are among those played
        case TurnLimit(max_turns):
            return False, f"Reached maximum turns ({max_turns}) without conclusion", ()
        case TimedOut(error) | Unplayable(error):
            return False, str(error), ()
        case ScriptEnded():
            return *_end_of_script(outcome, join(played.verdicts)), ()
        case Raised(error):
            text = describe_error(error)
            own = (CriterionResult(text, CriterionStatus.FAILED),) if outcome.is_assertion else ()
            return False, f"Scenario failed with error: {text}", own
        case _:
            assert_never(outcome)


def _end_of_script(outcome: ScriptEnded, verdicts: Sequence[CriterionResult]) -> tuple[bool, str]:
    """The verdict on a script that ran out: its checkpoints decide, or else how the user left."""
    if verdicts:
        failed = [str(verdict) for verdict in verdicts if not verdict.passed]
        return not failed, "\n".join(failed) or _ALL_PASSED
    if outcome.ending is not None:
        return outcome.ending.kind is EndingKind.DONE, str(outcome.ending)
    silence = _SILENT_JUDGE if outcome.judge_was_silent else ""
    return False, f"{_NO_CONCLUSION}{silence}, {_WAYS_OUT}"
