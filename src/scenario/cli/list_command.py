"""``scenario list``: shows the scenarios that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scenario.cli.options import choice_options, json_option
from scenario.cli.suite_access import chosen, usage_errors

if TYPE_CHECKING:
    from scenario.suite.scenario import Scenario


@click.command("list")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@choice_options
@json_option
def list_(*, paths: tuple[str, ...], words: tuple[str, ...], tags: tuple[str, ...], as_data: bool) -> None:
    """Show the scenarios of files and folders, without playing them."""
    from scenario._wording import counted, visible  # noqa: PLC0415 - loaded by this command only
    from scenario.cli.printing import print_json  # noqa: PLC0415 - likewise

    with usage_errors():
        found = chosen(paths, words, tags)
    if as_data:
        print_json([_plain(each) for each in found])
        return
    for each in found:
        tags_of = f"  [{', '.join(each.tags)}]" if each.tags else ""
        trials = f"  {each.trials} trials" if each.trials > 1 else ""
        click.echo(f"{visible(each.name)}{visible(tags_of)}{trials}  {each.source}")
    trials_in_all = sum(each.trials for each in found)
    click.echo(f"\n{counted(len(found), 'scenario')}, {counted(trials_in_all, 'trial')}")


def _plain(each: Scenario) -> dict[str, Any]:
    return {
        "name": each.name,
        "description": each.description,
        "tags": list(each.tags),
        "trials": each.trials,
        "source": each.source,
        "identity": each.identity,
    }
