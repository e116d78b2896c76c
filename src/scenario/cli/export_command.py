"""``scenario export``: runs as JSON Lines."""

from __future__ import annotations

from typing import TextIO

import click

from scenario.cli.options import store_option
from scenario.cli.store_access import only_id, opened


@click.command()
@click.argument("ids", nargs=-1, metavar="[RUN|BATCH]...")
@store_option
@click.option(
    "-o", "--output", type=click.File("w", encoding="utf-8", lazy=True), default="-", help="The file."
)
def export(*, ids: tuple[str, ...], setting: str | None, output: TextIO) -> None:
    """Write runs as JSON Lines: all, or those of the ids given. `scenario import` reads them."""
    from scenario import store as stores  # noqa: PLC0415 - loaded by this command only
    from scenario._wording import counted  # noqa: PLC0415 - likewise

    with opened(setting) as store:
        chosen = [only_id(store, each) for each in ids]
        count = 0
        for line in stores.export_runs(store, chosen if ids else None):
            output.write(line)
            count += line.startswith('{"run":')
    click.echo(f"Exported {counted(count, 'run')} from {store.place}.", err=True)
