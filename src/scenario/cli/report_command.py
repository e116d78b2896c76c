"""``scenario report``: what runs came to, as files for people, for continuous integration and for programs."""

from __future__ import annotations

from pathlib import Path

import click

from scenario.cli.report_options import report_files, report_options, write_named
from scenario.cli.store_access import opened, store_option


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
@click.option("--alpha", type=click.FloatRange(0, 0.5, min_open=True), default=0.05, show_default=True)
@store_option
def report(
    *,
    run: str,
    html_file: Path | None,
    junit_file: Path | None,
    markdown_file: Path | None,
    jsonl_file: Path | None,
    junit_per: str,
    baseline: str | None,
    min_pass_rate: float,
    alpha: float,
    setting: str | None,
) -> None:
    """Write reports of a run.

    RUN is the beginning of a batch's id, `last`, `last@BRANCH`, `last-green`, `last-green@BRANCH`, a tag or a commit.
    Several, with commas between, are reported together. Without RUN it is the last one.
    """
    files = report_files(
        html_file=html_file,
        junit_file=junit_file,
        markdown_file=markdown_file,
        jsonl_file=jsonl_file,
        junit_per=junit_per,
        min_pass_rate=min_pass_rate,
    )
    if not files:
        raise click.UsageError("Say what to write: --html, --junit, --markdown or --jsonl, each with a file.")
    with opened(setting) as store:
        write_named(store, run, files, baseline=baseline, alpha=alpha)
