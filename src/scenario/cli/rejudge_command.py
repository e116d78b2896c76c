"""``scenario rejudge``: judges stored conversations again."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import click

from scenario.cli.store_access import only_id, opened, store_option
from scenario.cli.suite_access import choice_options, chosen, usage_errors

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
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@store_option
@click.pass_context
def rejudge(context: click.Context, **given: Any) -> None:
    """Judge the conversations of a run again, without playing them.

    The criteria are those that the scenarios have now; without PATH, the files are those of the run. The new verdicts
    stand in the store beside the old ones. Exits with 0 when all could be judged, with 3 otherwise.
    """
    with usage_errors():
        done = _rejudge(given)
    if given["as_json"]:
        click.echo(json.dumps([_plain(each) for each in done], indent=2, ensure_ascii=False))
    else:
        for line in _lines(done):
            click.echo(line)
    context.exit(3 if any(each.after is None for each in done) else 0)


def _rejudge(given: dict[str, Any]) -> list[Rejudged]:
    from scenario.suite.batch import read_batch  # noqa: PLC0415 - loaded by this command only
    from scenario.suite.rejudge import rejudge as judge_again  # noqa: PLC0415 - likewise

    with opened(given["setting"]) as store:
        batch = only_id(store, given["batch"])
        choice = read_batch(store.place, batch)[0].get("choice", {})
        paths = given["paths"] or choice.get("paths", ())
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


def _lines(done: list[Rejudged]) -> list[str]:
    from scenario.cli.run_lines import visible  # noqa: PLC0415 - loaded by this command only

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
    changed = sum(each.has_changed for each in done)
    lines.append(f"\n{len(done)} conversations judged again, {changed} with another verdict")
    return lines


def _plain(each: Rejudged) -> dict[str, Any]:
    return {
        "run": each.run_id,
        "scenario": each.scenario,
        "trial": each.trial,
        "before": None if each.before is None else each.before.value,
        "after": None if each.after is None or each.after.outcome is None else each.after.outcome.value,
        "reasoning": None if each.after is None else each.after.reasoning,
        "problem": each.problem,
    }
