"""How the commands for suites get at scenarios, and how they say what cannot be used."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scenario.cli.exit_codes import UsageProblem

if TYPE_CHECKING:
    from scenario.suite.scenario import Scenario


@contextmanager
def usage_errors() -> Generator[None]:
    """What cannot be used ends the command with a line and the exit code 2."""
    from pydantic import ValidationError  # noqa: PLC0415 - loaded by commands that play

    from scenario.errors import ScenarioError  # noqa: PLC0415 - likewise

    try:
        yield
    except (ScenarioError, ValidationError) as error:
        raise UsageProblem(str(error)) from error


def chosen(paths: Sequence[str], words: Sequence[str], tags: Sequence[str]) -> list[Scenario]:
    """The scenarios that the command line names; without paths, those of the working directory.

    Raises:
        ConfigError: A file cannot be read.
        click.UsageError: There are none.
    """
    from scenario.suite.find import Choice, find_scenarios  # noqa: PLC0415 - loaded by commands that need it

    found = find_scenarios([Path(path) for path in paths or ["."]], Choice(tuple(words), tuple(tags)))
    if not found:
        raise click.UsageError("No scenario is meant by that. `scenario list` shows all that there are.")
    return found
