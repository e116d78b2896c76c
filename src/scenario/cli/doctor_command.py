"""``scenario doctor``: what is configured, what is there, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scenario.cli.options import json_option

if TYPE_CHECKING:
    from scenario.doctor import Examination

_DEFAULT = "\0the default model"


@click.command()
@json_option
@click.option(
    "--call",
    "model",
    metavar="[MODEL]",
    is_flag=False,
    flag_value=_DEFAULT,
    help="Make a test call: of this model, or of the default model when none is named.",
)
@click.pass_context
def doctor(context: click.Context, *, as_data: bool, model: str | None) -> None:
    """Show what is configured and from where, which keys, local servers and extras are there.

    Exits with 0 when nothing is wrong, and with 1 when the default model cannot be used, a setting is wrong, or a
    test call fails. No key is ever shown, and without --call nobody outside of this machine is asked.
    """
    from scenario.cli.printing import print_json  # noqa: PLC0415 - loaded by this command only
    from scenario.doctor import call, examine, problems  # noqa: PLC0415 - likewise

    found = examine()
    if model is not None:
        found = call(found, "" if model == _DEFAULT else model)
    if as_data:
        print_json(found.as_data())
    else:
        click.echo("\n".join(_lines(found)))
    context.exit(1 if problems(found) else 0)


def _lines(found: Examination) -> list[str]:
    from scenario.doctor import problems  # noqa: PLC0415 - loaded by this command only

    settings = [(each.name, each.value, each.source) for each in found.settings]
    keys = [(each.provider, each.found_in or f"no key ({each.variables[0]})") for each in found.keys]
    servers = [(each.provider, each.address, _answer(each.models, each.trouble)) for each in found.servers]
    extras = [(each.name, each.distribution, each.version or "not installed") for each in found.extras]
    lines = [
        f"scenario {found.version}, Python {found.python}",
        *_section("Settings", settings),
        *_section("Keys", keys),
        *_section("Servers on this machine", servers),
        *_section("Extras", extras),
        *_section("Kept in", [(each.what, each.where) for each in found.places]),
    ]
    if found.call is not None and found.call.error is None:
        told = f"{found.call.seconds:.2f} s, {found.call.usage}, it said {found.call.reply!r}"
        lines += _section("Test call", [(found.call.model, told)])
    wrong = problems(found)
    return [*lines, "", *(f"Problem: {each}" for each in wrong)] if wrong else [*lines, "", _all_well(found)]


def _all_well(found: Examination) -> str:
    if found.model is None:
        return "No problem found. No default model is configured, so simulators and judges need one of their own."
    return "No problem found."


def _answer(models: tuple[str, ...] | None, trouble: str) -> str:
    if models is None:
        return "nobody answers"
    return trouble or ", ".join(models) or "offers no model"


def _section(title: str, rows: list[tuple[str, ...]]) -> list[str]:
    from scenario.cli.printing import table  # noqa: PLC0415 - loaded by this command only

    if not rows:
        return []
    return ["", title, *(f"  {line}" for line in table(rows))]
