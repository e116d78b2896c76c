"""``scenario rejudge``: judges stored conversations again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from scenario.cli.exit_codes import ExitCode
from scenario.cli.options import choice_options, json_option, store_option
from scenario.cli.store_access import only_id, opened
from scenario.cli.suite_access import chosen, usage_errors

if TYPE_CHECKING:
    from scenario.suite.rejudge import Rejudged


@click.command()
@click.argument("batch", metavar="RUN")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@choice_options
@click.option("--judge-model", metavar="NAME", help="The model of the judge.")
@click.option(
    "--concurrency", type=click.IntRange(min=1), default=10, show_default=True, help="How many at once."
)
@json_option
@store_option
@click.pass_context
def rejudge(context: click.Context, **given: Any) -> None:
    """Judge the conversations of a run again, without playing them.

    The criteria are those that the scenarios have now; without PATH, the files are those of the run. The new verdicts
    stand in the store beside the old ones. Exits with 0 when all could be judged, with 3 otherwise.
    """
    from scenario.cli.printing import print_json  # noqa: PLC0415 - loaded by this command only

    with usage_errors():
        done = _rejudge(given)
    _warn_of_other_models(given["judge_model"], done)
    if given["as_data"]:
        print_json([_plain(each) for each in done])
    else:
        for line in _lines(done):
            click.echo(line)
    context.exit(ExitCode.INFRASTRUCTURE if any(each.after is None for each in done) else ExitCode.PASSED)


def _rejudge(given: dict[str, Any]) -> list[Rejudged]:
    from scenario.suite.batch import batch_info  # noqa: PLC0415 - loaded by this command only
    from scenario.suite.find import paths_of  # noqa: PLC0415 - likewise
    from scenario.suite.rejudge import rejudge as judge_again  # noqa: PLC0415 - likewise

    with opened(given["setting"]) as store:
        batch = only_id(store, given["batch"])
        choice = batch_info(store.place, batch).get("choice", {})
        paths = given["paths"] or paths_of(choice.get("paths", ()))
        scenarios = chosen(paths, given["words"], given["tags"])
        return asyncio.run(
            judge_again(
                scenarios,
                store,
                batch,
                judge_model=given["judge_model"],
                concurrency=given["concurrency"],
            )
        )


def _warn_of_other_models(wanted: str | None, done: Sequence[Rejudged]) -> None:
    """Say that a scenario brings its own judge, so that nobody takes its verdict for that of the model they named."""
    if wanted is None:
        return
    others = dict.fromkeys(each.scenario for each in done if each.has_own_judge and not each.problem)
    if others:
        from scenario._wording import visible  # noqa: PLC0415 - loaded by this command only

        click.echo(
            f"warning: {', '.join(visible(name) for name in others)} made no use of --judge-model: the judge of a scenario "
            "that names its own model keeps that.",
            err=True,
        )


def _lines(done: list[Rejudged]) -> list[str]:
    from scenario._wording import visible  # noqa: PLC0415 - loaded by this command only

    lines: list[str] = []
    for each in done:
        before = "?" if each.before is None else each.before.value
        if each.after is None or each.after.outcome is None:
            after = f"not judged: {visible(each.problem)}"
        else:
            after = each.after.outcome.value
        mark = "*" if each.has_changed else " "
        trial = "" if each.trial is None else f" {each.trial}"
        lines.append(f"{mark} {visible(each.scenario)}{trial}: {before} -> {after}")
    judged = [each for each in done if each.after is not None]
    changed = sum(each.has_changed for each in judged)
    count = (
        f"{len(judged)} conversations"
        if len(judged) == len(done)
        else f"{len(done)} conversations, {len(judged)}"
    )
    lines.append(f"\n{count} judged again, {changed} with another verdict")
    return lines


def _plain(each: Rejudged) -> dict[str, Any]:
    return {
        "run": each.run_id,
        "scenario": each.scenario,
        "trial": each.trial,
        "before": None if each.before is None else each.before.value,
        "after": None if each.after is None or each.after.outcome is None else each.after.outcome.value,
        "reasoning": None if each.after is None else each.after.reasoning,
        "criteria": {}
        if each.after is None
        else {one.criterion: one.status.value for one in each.after.criteria},
        "models": list(each.models),
        "usage": asdict(each.usage),
        "problem": each.problem,
    }
