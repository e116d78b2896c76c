"""The options that name reports, for each command that writes some."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from scenario.report.files import ReportFiles
    from scenario.store import RunStore

_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS: Sequence[Callable[[Any], Any]] = (
    click.option("--html", type=_FILE, help="Write one page that opens from a disk."),
    click.option("--junit", type=_FILE, help="Write XML for continuous integration."),
    click.option("--markdown", type=_FILE, help="Write Markdown for a pull request."),
    click.option("--jsonl", type=_FILE, help="Write JSON Lines for programs."),
    click.option(
        "--junit-per",
        type=click.Choice(["scenario", "criterion"]),
        default="scenario",
        show_default=True,
        help="What one test case of the XML stands for.",
    ),
)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of reports. The command gets them as one keyword, `files`: a `ReportFiles`."""

    @wraps(command)
    def with_files(
        *args: Any,
        html: Path | None,
        junit: Path | None,
        markdown: Path | None,
        jsonl: Path | None,
        junit_per: str,
        **others: Any,
    ) -> Any:
        from scenario.report.files import ReportFiles  # noqa: PLC0415 - loaded by commands that write reports
        from scenario.report.junit import CasePer  # noqa: PLC0415 - likewise

        return command(*args, files=ReportFiles(html, junit, markdown, jsonl, CasePer(junit_per)), **others)

    for option in reversed(_OPTIONS):
        with_files = option(with_files)
    return with_files


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
