"""What the exit codes of `scenario run` and its like mean. Pure."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, assert_never

import click

if TYPE_CHECKING:
    from scenario.suite.result import SuiteResult


class ExitCode(IntEnum):
    """How a command ended, for scripts."""

    PASSED = 0
    """Every scenario succeeded."""
    FAILED = 1
    """A scenario failed by the agent's doing."""
    USAGE = 2
    """The command, a file or a setting cannot be used. Nothing was played."""
    INFRASTRUCTURE = 3
    """No scenario failed, and trials say nothing: the infrastructure, the simulated user or the judge is to blame."""
    BUDGET = 4
    """The budget was used up before all trials were played."""
    INTERRUPTED = 130
    """Somebody stopped it before all trials were played."""


class UsageProblem(click.ClickException):
    """Something of the command, a file or a setting that cannot be used."""

    exit_code = ExitCode.USAGE


def exit_code_of(result: SuiteResult) -> ExitCode:
    """The exit code of a run of a suite."""
    from scenario.suite.result import Ending  # noqa: PLC0415 - a result is there, so this is loaded

    match result.ending:
        case Ending.INTERRUPTED:
            return ExitCode.INTERRUPTED
        case Ending.BUDGET:
            return ExitCode.BUDGET
        case Ending.FAILED_FAST:
            return ExitCode.FAILED
        case Ending.COMPLETED:
            if result.success or not result.planned:
                return ExitCode.PASSED
            failed = any(tally.fell_short for tally in result.scenarios)
            return ExitCode.FAILED if failed else ExitCode.INFRASTRUCTURE
        case _:
            assert_never(result.ending)
