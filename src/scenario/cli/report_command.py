"""``scenario report``: what runs came to, as files for people, for continuous integration and for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from scenario.cli.options import alpha_option, store_option
from scenario.cli.report_options import report_options, write_named
from scenario.cli.store_access import opened

if TYPE_CHECKING:
    from scenario.report.files import ReportFiles


@click.command()
@click.argument("run", metavar="[RUN]", default="last")
@report_options
@click.option("--baseline", metavar="RUN", help="Show the difference to this run, too.")
@click.option(
    "--min-pass-rate",
    type=click.FloatRange(0, 1),
    default=1.0,
    show_default=True,
    help="The pass rate below which a scenario is a failure in the XML.",
)
@alpha_option
@store_option
def report(
    *,
    run: str,
    files: ReportFiles,
    baseline: str | None,
    min_pass_rate: float,
    alpha: float,
    setting: str | None,
) -> None:
    """Write reports of a run.

    RUN is the beginning of a batch's id, `last`, `last@BRANCH`, `last-green`, `last-green@BRANCH`, a tag or a commit.
    Several, with commas between, are reported together. Without RUN it is the last one.
    """
    if not files:
        raise click.UsageError("Say what to write: --html, --junit, --markdown or --jsonl, each with a file.")
    with opened(setting) as store:
        wanted = replace(files, min_pass_rate=min_pass_rate)
        write_named(store, run, wanted, baseline=baseline, alpha=alpha)
