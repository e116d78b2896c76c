"""``scenario compare``: what changed between two runs."""

from __future__ import annotations

import click

from scenario.cli.options import alpha_option, json_option, store_option
from scenario.cli.store_access import opened


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B", default="last")
@alpha_option
@store_option
@json_option
def compare(*, before: str, after: str, alpha: float, setting: str | None, as_data: bool) -> None:
    """Compare run B with run A: which scenarios newly fail, newly pass, are still flaky.

    A and B are the beginning of a batch's id, `last`, `last@BRANCH`, `last-green`, `last-green@BRANCH`, a tag or a
    commit. Without B it is the last one. `last` and `last-green` as A mean one before B.
    """
    from scenario import analysis  # noqa: PLC0415 - loaded by this command only
    from scenario.cli.compare_lines import comparison_lines  # noqa: PLC0415 - likewise
    from scenario.cli.printing import print_json, print_lines  # noqa: PLC0415 - likewise
    from scenario.store.plain import plain  # noqa: PLC0415 - likewise

    with opened(setting) as store:
        new = analysis.select(store, after)
        old = analysis.select(store, before, without=new.batch_ids)
    found = analysis.compare(old.summary(), new.summary(), alpha=alpha)
    if as_data:
        print_json(plain(found))
    else:
        print_lines(comparison_lines(found))
