"""``scenario import``: takes exported runs into a store."""

from __future__ import annotations

from typing import TextIO

import click

from scenario.cli.options import store_option
from scenario.cli.store_access import opened


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.File("r", encoding="utf-8"), metavar="FILE...")
@store_option
def import_(*, files: tuple[TextIO, ...], setting: str | None) -> None:
    """Take runs that were exported into the store. To do so again changes nothing."""
    from scenario.store import import_runs  # noqa: PLC0415 - loaded by this command only

    with opened(setting, create=True) as store:
        for file in files:
            came = import_runs(store, file, source=file.name)
            click.echo(f"{file.name}: {came.new} new, {came.replaced} replaced, {came.known} known already.")
    click.echo(f"They are in {store.place}.")
