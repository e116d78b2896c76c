"""``scenario show``: one run, with its conversation and its verdicts."""

from __future__ import annotations

import click

from scenario.cli.options import json_option, store_option
from scenario.cli.store_access import only_id, opened


@click.command()
@click.argument("run_id", metavar="RUN")
@store_option
@json_option
def show(*, run_id: str, setting: str | None, as_data: bool) -> None:
    """Show one run: the conversation, the verdicts, and what they rest on.

    The beginning of an id is enough, as `scenario runs` lists it.
    """
    from scenario import store as stores  # noqa: PLC0415 - loaded by this command only
    from scenario.cli.printing import print_json, print_lines  # noqa: PLC0415 - likewise
    from scenario.cli.run_lines import run_lines  # noqa: PLC0415 - likewise
    from scenario.store.plain import plain  # noqa: PLC0415 - likewise

    with opened(setting) as store:
        found = stores.run(store, only_id(store, run_id, is_run=True), media=as_data)
    if found is None:
        raise click.ClickException(
            f"The run {run_id!r} was removed a moment ago. `scenario runs` lists what is there."
        )
    if as_data:
        print_json({name: value for name, value in plain(found).items() if name != "facts"})
    else:
        print_lines(run_lines(found))
