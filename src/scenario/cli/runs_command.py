"""``scenario runs``: lists the runs of a store."""

from __future__ import annotations

import click

from scenario.cli.options import store_option
from scenario.cli.store_access import opened


@click.command()
@store_option
@click.option("--limit", type=click.IntRange(min=1), default=50, help="The most runs to list (default: 50).")
@click.option("--failed", is_flag=True, help="Only those that did not pass, interrupted ones included.")
@click.option("--json", "as_data", is_flag=True, help="JSON, one object a line.")
def runs(*, setting: str | None, limit: int, failed: bool, as_data: bool) -> None:
    """List the runs that were stored, the newest first."""
    import json  # noqa: PLC0415 - loaded by this command only

    from scenario import store as stores  # noqa: PLC0415 - likewise
    from scenario.cli.printing import print_lines  # noqa: PLC0415 - likewise
    from scenario.cli.run_lines import list_lines  # noqa: PLC0415 - likewise
    from scenario.store.plain import plain  # noqa: PLC0415 - likewise

    with opened(setting) as store:
        found = stores.runs(store, limit=limit, failed=failed)
    if as_data:
        for run in found:
            click.echo(json.dumps(plain(run)))
    elif found:
        print_lines(list_lines(found))
    else:
        what = "run that did not pass" if failed else "run"
        click.echo(f"There is no {what} in {store.place}.")
