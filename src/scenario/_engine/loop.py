"""The loop of a run: the script's steps, one after the other, to an outcome; and its one way out."""

from __future__ import annotations

import inspect
import threading
import warnings
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from scenario._engine.checkpoints import Checkpoint
from scenario._engine.outcome import (
    CheckpointFailed,
    Decided,
    Outcome,
    Raised,
    ScriptEnded,
    TimedOut,
    Unplayable,
)
from scenario._engine.scene import Scene
from scenario.checks import Check
from scenario.errors import SimulatorError, TimeLimitError
from scenario.script import Step, describe
from scenario.types import CriterionResult, ScenarioResult

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors


class Curtain:
    """Falls once: whoever ends the run first concludes it, and nothing is told of the run after that.

    Args:
        conclude: Makes the result of an outcome, and tells it.
    """

    def __init__(self, conclude: Callable[[Outcome], ScenarioResult]) -> None:
        self._conclude: Callable[[Outcome], ScenarioResult] | None = conclude
        self._lock = threading.Lock()
        self.abandoned = False

    def fall_from_outside(self, outcome: Outcome) -> ScenarioResult | None:
        """End a run whose own thread is blocked; whatever that thread still does counts for nothing."""
        result = self.fall(outcome)
        self.abandoned = result is not None
        return result

    def fall(self, outcome: Outcome) -> ScenarioResult | None:
        """End the run with `outcome`; returns its result, or None when it has ended before."""
        with self._lock:
            conclude, self._conclude = self._conclude, None  # let go of the run, which holds this in turn
        return None if conclude is None else conclude(outcome)


async def play(curtain: Curtain, perform: Callable[[], Awaitable[Outcome]]) -> ScenarioResult | None:
    """Play a run to its end.

    Args:
        curtain: Concludes the run.
        perform: Plays it.

    Returns:
        The result, or None when somebody else has ended the run meanwhile.

    Raises:
        BaseException: What ended the run, unchanged, after the run was concluded.
    """
    outcome: Outcome
    try:
        outcome = await perform()
    except TimeLimitError as error:
        outcome = TimedOut(error)
    except SimulatorError as error:
        outcome = Unplayable(error)
    except BaseException as error:  # noqa: BLE001 - cancellation and Ctrl-C conclude a run as well; raised again below
        outcome = Raised(error)
    result = curtain.fall(outcome)
    if isinstance(outcome, Raised):
        raise outcome.error
    return result


async def perform_steps(steps: Sequence[Callable[..., Any]], scene: Scene) -> Outcome:
    """Perform the steps of a script until one decides the run, or until its end."""
    for position, step in enumerate(steps, 1):
        scene.check_time()
        outcome = await _perform_step(step, position, scene)
        scene.step_finished(position, step)
        if outcome is not None:
            _warn_of_skipped(steps, position, outcome)
            return outcome
    scene.check_time()
    return ScriptEnded(scene.judge_was_silent, scene.ending, judged=bool(scene.verdicts))


async def _perform_step(step: Callable[..., Any], position: int, scene: Scene) -> Outcome | None:
    """Perform a step, and what it returns if that is a step again. None: the script goes on."""
    value: Any = step
    while value is step or _is_step(value):
        value = value(scene.state)
        if inspect.isawaitable(value):
            value = await value
        if value is None:
            return None
    match value:
        case True:
            return None
        case False:
            raise AssertionError(f"step {position} of the script, {describe(step)}, returned False")
        case ScenarioResult():
            return Decided(value)
        case CriterionResult():
            return _checkpoint(value, scene)
        case _:
            _warn(
                f"Step {position} of the script, {describe(step)}, returned {value!r}, which means nothing. Return "
                "None or True to go on, False to fail, a scenario.ScenarioResult to end the run, or a step.",
                step,
            )
            return None


def _warn_of_skipped(steps: Sequence[Any], position: int, outcome: Outcome) -> None:
    """Say so when a run passes without having come to all of its checks."""
    skipped = [str(step) for step in steps[position:] if isinstance(step, Check)]
    if skipped and isinstance(outcome, Decided) and outcome.result.success:
        _warn(
            f"Step {position} of the script ended the run as a success, so these checks after it were never "
            f"looked at: {', '.join(skipped)}. Give them to the judge, or let `proceed` end before the judge "
            "decides, with `turns`.",
            steps[position - 1],
        )


def _warn(text: str, step: Any) -> None:
    """Warn, in the place where the step was written if it is a function."""
    if inspect.isfunction(step):
        warnings.warn_explicit(text, UserWarning, step.__code__.co_filename, step.__code__.co_firstlineno)
    else:
        warnings.warn(text, stacklevel=2)


def _is_step(value: Any) -> bool:
    return isinstance(value, Step | Check) or inspect.isfunction(value) or inspect.ismethod(value)


def _checkpoint(verdict: CriterionResult, scene: Scene) -> Outcome | None:
    scene.judged(Checkpoint(verdict.passed, (verdict,), verdict.reasoning))
    return None if verdict.passed else CheckpointFailed(str(verdict))
