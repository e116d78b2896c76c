"""How the commands for suites get at scenarios: the options that choose them, and errors as lines."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scenario.cli.exit_codes import UsageProblem

if TYPE_CHECKING:
    from scenario.suite.scenario import Scenario

_F = TypeVar("_F", bound=Callable[..., Any])


def choice_options(command: _F) -> _F:
    """The options that choose among scenarios."""
    for option in (
        click.option(
            "--tag",
            "tags",
            multiple=True,
            metavar="TAG",
            help="Only scenarios with this tag; !TAG: without it.",
        ),
        click.option(
            "-k",
            "words",
            multiple=True,
            metavar="TEXT",
            help="Only scenarios with TEXT in the name; !TEXT: without it.",
        ),
    ):
        command = option(command)
    return command


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
