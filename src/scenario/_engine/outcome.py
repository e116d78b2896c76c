"""How a run can end: one value for each way, so that a reader must say what it does with every one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

from scenario.errors import SimulatorError, TimeLimitError
from scenario.types import ScenarioResult, UserEnding


@dataclass(frozen=True, slots=True)
class Decided:
    """Somebody gave a result: a judge, an agent, or a step."""

    result: ScenarioResult


@dataclass(frozen=True, slots=True)
class Declared:
    """The script says how it ended: `succeed` or `fail`."""

    success: bool
    reasoning: str | None


@dataclass(frozen=True, slots=True)
class CheckpointFailed:
    """The newest checkpoint failed.

    Attributes:
        reasoning: Why.
        result: The judge's result, if it was a judge who said so.
    """

    reasoning: str | None
    result: ScenarioResult | None = None


@dataclass(frozen=True, slots=True)
class TurnLimit:
    """The last turn was played and nobody had decided."""

    max_turns: int


@dataclass(frozen=True, slots=True)
class ScriptEnded:
    """The script's last step is done and nobody has decided.

    Attributes:
        judge_was_silent: The judge was asked for a verdict and gave none.
        ending: How the simulated user left, if it did.
        judged: Whether there were checkpoints.
    """

    judge_was_silent: bool
    ending: UserEnding | None
    judged: bool = False


@dataclass(frozen=True, slots=True)
class TimedOut:
    """A time limit was reached."""

    error: TimeLimitError


@dataclass(frozen=True, slots=True)
class Unplayable:
    """A simulated user said nothing usable, though it was asked again."""

    error: SimulatorError


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception ended the run; the caller gets it."""

    error: BaseException

    @property
    def is_assertion(self) -> bool:
        """Whether a check in the script failed, rather than something breaking."""
        return isinstance(self.error, AssertionError)

    @property
    def is_cancellation(self) -> bool:
        """Whether somebody stopped the run."""
        return isinstance(self.error, asyncio.CancelledError | KeyboardInterrupt | SystemExit)


Outcome: TypeAlias = (
    Decided | Declared | CheckpointFailed | TurnLimit | ScriptEnded | TimedOut | Unplayable | Raised
)
