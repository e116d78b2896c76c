"""``scenario prune``: removes old runs."""

from __future__ import annotations

import click

from scenario.cli.options import store_option
from scenario.cli.store_access import opened


@click.command()
@click.option(
    "--keep-days", type=click.FloatRange(min=0), required=True, help="Keep the runs of so many days."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@store_option
def prune(*, keep_days: float, yes: bool, setting: str | None) -> None:
    """Remove the runs in which nothing has happened for some days."""
    from scenario import store as stores  # noqa: PLC0415 - loaded by this command only
    from scenario._wording import counted  # noqa: PLC0415 - likewise

    with opened(setting) as store:
        would = stores.prune(store, keep_days, dry=True)
        if not would.runs:
            click.echo(f"No run in {store.place} is older than {keep_days:g} days.")
            return
        runs = counted(would.runs, "run")
        if not yes:
            click.confirm(f"Remove {runs} from {store.place}?", abort=True)
        stores.prune(store, keep_days)
    click.echo(f"Removed {runs} from {store.place}.")
