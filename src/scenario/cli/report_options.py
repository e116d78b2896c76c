"""The options that name reports, for each command that writes some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from scenario.report.files import ReportFiles
    from scenario.store import RunStore

_F = TypeVar("_F", bound=Callable[..., Any])
_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS: Sequence[Callable[[Any], Any]] = (
    click.option("--html", "html_file", type=_FILE, help="Write one page that opens from a disk."),
    click.option("--junit", "junit_file", type=_FILE, help="Write XML for continuous integration."),
    click.option("--markdown", "markdown_file", type=_FILE, help="Write Markdown for a pull request."),
    click.option("--jsonl", "jsonl_file", type=_FILE, help="Write JSON Lines for programs."),
    click.option(
        "--junit-per",
        type=click.Choice(["scenario", "criterion"]),
        default="scenario",
        show_default=True,
        help="What one test case of the XML stands for.",
    ),
)

REPORT_PARAMETERS = ("html_file", "junit_file", "markdown_file", "jsonl_file", "junit_per")
"""What these options are called as keywords."""


def report_options(command: _F) -> _F:
    """The options of reports. The command takes them as keywords, and gives them to `report_files`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def report_files(
    *,
    html_file: Path | None,
    junit_file: Path | None,
    markdown_file: Path | None,
    jsonl_file: Path | None,
    junit_per: str,
    min_pass_rate: float = 1.0,
) -> ReportFiles:
    """The reports that the options name."""
    from scenario.report.files import ReportFiles  # noqa: PLC0415 - loaded by commands that write reports
    from scenario.report.junit import CasePer  # noqa: PLC0415 - likewise

    return ReportFiles(html_file, junit_file, markdown_file, jsonl_file, CasePer(junit_per), min_pass_rate)


def write_named(
    store: RunStore,
    name: str,
    files: ReportFiles,
    *,
    baseline: str | None = None,
    alpha: float = 0.05,
    is_quiet: bool = False,
) -> None:
    """Write reports of the runs that a name means, and say which files were written.

    Args:
        store: An open store.
        name: The runs, as `scenario.analysis.select` takes them.
        files: Which reports, and where.
        baseline: What the runs are compared with.
        alpha: The chance of a false find.
        is_quiet: Say nothing on standard output, where something else is read.

    Raises:
        ScenarioError: A name means nothing, or a file cannot be written.
    """
    from scenario.analysis import select  # noqa: PLC0415 - loaded by commands that write reports
    from scenario.report.document import read_document  # noqa: PLC0415 - likewise
    from scenario.report.files import write_reports  # noqa: PLC0415 - likewise

    chosen = select(store, name)
    against = None if baseline is None else select(store, baseline, without=chosen.batch_ids)
    document = read_document(store, chosen, baseline=against, alpha=alpha)
    for path in write_reports(document, files):
        click.echo(f"wrote {path}", err=is_quiet)
