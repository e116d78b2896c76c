"""``scenario list``: shows the scenarios that there are."""

from __future__ import annotations

import json

import click

from scenario.cli.suite_access import choice_options, chosen, usage_errors


@click.command("list")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@choice_options
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def list_(*, paths: tuple[str, ...], words: tuple[str, ...], tags: tuple[str, ...], as_json: bool) -> None:
    """Show the scenarios of files and folders, without playing them."""
    from scenario.cli.run_lines import visible  # noqa: PLC0415 - loaded by this command only

    with usage_errors():
        found = chosen(paths, words, tags)
    if as_json:
        names = ("name", "description", "tags", "trials", "source", "identity")
        plain = [
            dict(
                zip(names, (s.name, s.description, list(s.tags), s.trials, s.source, s.identity), strict=True)
            )
            for s in found
        ]
        click.echo(json.dumps(plain, indent=2, ensure_ascii=False))
        return
    for each in found:
        tags_of = f"  [{', '.join(each.tags)}]" if each.tags else ""
        trials = f"  {each.trials} trials" if each.trials > 1 else ""
        click.echo(f"{visible(each.name)}{visible(tags_of)}{trials}  {each.source}")
    trials_in_all = sum(each.trials for each in found)
    click.echo(f"\n{len(found)} scenario{'' if len(found) == 1 else 's'}, {trials_in_all} trials")
