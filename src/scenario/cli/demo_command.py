"""``scenario demo``: plays the bundled scenarios against the bundled agent."""

from __future__ import annotations

import click


@click.command()
@click.option("--strict", is_flag=True, help="Exit with 1 when a scenario fails, as in a test run.")
@click.option("--only", metavar="NAME", help="Play the scenarios that have NAME in their name.")
@click.option("--verbose", is_flag=True, help="Print the conversations as they happen.")
@click.pass_context
def demo(context: click.Context, *, strict: bool, only: str | None, verbose: bool) -> None:
    """Test a small support desk: no model, no key, no network.

    The desk has one fault, planted on purpose, that one of the scenarios finds. That is what the demo came to
    show, so it exits with 0 all the same, unless it is --strict.
    """
    from scenario.demo.scenarios import SCENARIOS  # noqa: PLC0415 - loaded by this command only
    from scenario.demo.show import show  # noqa: PLC0415 - likewise
    from scenario.errors import ScenarioError  # noqa: PLC0415 - likewise

    wanted = (only or "").casefold()
    chosen = [scenario for scenario in SCENARIOS if wanted in scenario.name.casefold()]
    if not chosen:
        names = "\n  ".join(scenario.name for scenario in SCENARIOS)
        raise click.BadParameter(
            f"no scenario has {only!r} in its name. There are:\n  {names}", param_hint="--only"
        )
    try:
        played = show(chosen, verbose=verbose)
    except ScenarioError as error:
        raise click.ClickException(str(error)) from error
    failed = not all(each.result.success for each in played)
    surprised = not all(each.is_as_expected for each in played)
    context.exit(1 if surprised or (strict and failed) else 0)
