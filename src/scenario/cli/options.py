"""The options that several commands have, each as a decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])


def store_option(command: _F) -> _F:
    """The option that names a store; `scenario.cli.store_access` opens it."""
    return click.option(
        "--store",
        "setting",
        metavar="PATH|URL",
        help="The store: a path or a URL. Without it, the configured one, or .scenario/runs.db of the project.",
    )(command)


def json_option(command: _F) -> _F:
    """The option that asks for JSON; `scenario.cli.printing` prints it."""
    return click.option("--json", "as_data", is_flag=True, help="JSON, for programs.")(command)


def alpha_option(command: _F) -> _F:
    """The option that says how often a comparison may be wrong."""
    return click.option(
        "--alpha",
        type=click.FloatRange(0, 0.5, min_open=True),
        default=0.05,
        show_default=True,
        help="The chance of a false find.",
    )(command)


def choice_options(command: _F) -> _F:
    """The options that choose among scenarios; `scenario.cli.suite_access` finds those."""
    of_tag = click.option(
        "--tag", "tags", multiple=True, metavar="TAG", help="Only scenarios with this tag; !TAG: without it."
    )
    of_name = click.option(
        "-k",
        "words",
        multiple=True,
        metavar="TEXT",
        help="Only scenarios with TEXT in the name; !TEXT: without it.",
    )
    return of_name(of_tag(command))
