"""``scenario run``: plays scenarios."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scenario.cli.exit_codes import ExitCode, UsageProblem, exit_code_of
from scenario.cli.options import choice_options, json_option
from scenario.cli.page_access import page_of
from scenario.cli.report_options import report_options, write_named
from scenario.cli.store_access import only_id, place_named
from scenario.cli.suite_access import chosen, usage_errors

if TYPE_CHECKING:
    from scenario.report.files import ReportFiles
    from scenario.store import Place, RunRow
    from scenario.suite import Scenario, SuiteResult

_NEWEST = "newest"
_BEGIN = "Begin one with `scenario run`, without --resume, or name the store that it is in with --store."
_REPLAY = ("off", "auto", "record", "replay")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the command line says. The names are those of the options."""

    paths: tuple[str, ...]
    words: tuple[str, ...]
    tags: tuple[str, ...]
    trials: int | None
    concurrency: int
    isolation: str
    budget_usd: float | None
    budget_tokens: int | None
    budget_calls: int | None
    budget_time: float | None
    model: str | None
    judge_model: str | None
    replay: str | None
    seed: int | None
    shard: str | None
    resume: str | None
    retries: int
    fail_fast: bool
    timeout: float | None
    agent_timeout: float | None
    setting: str | None
    as_data: bool
    quiet: bool
    with_page: bool
    files: ReportFiles


_positive = click.IntRange(min=1)
_above_zero = click.FloatRange(min=0, min_open=True)


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@choice_options
@click.option("--trials", type=_positive, help="How often each scenario is played; else as it says itself.")
@click.option("--concurrency", type=_positive, default=10, show_default=True, help="How many trials at once.")
@click.option(
    "--isolation",
    type=click.Choice(["thread", "loop"]),
    default="thread",
    show_default=True,
    help="thread: an agent that blocks holds up nobody. loop: cheaper, for agents that always await.",
)
@click.option(
    "--budget-usd", type=_above_zero, metavar="DOLLARS", help="Stop once so much was spent on models."
)
@click.option("--budget-tokens", type=_positive, metavar="N", help="Stop once so many tokens were used.")
@click.option("--budget-calls", type=_positive, metavar="N", help="Stop once models were called so often.")
@click.option("--budget-time", type=_above_zero, metavar="SECONDS", help="Stop after so many seconds.")
@click.option("--model", metavar="NAME", help="The model of simulated users and judges that name none.")
@click.option("--judge-model", metavar="NAME", help="The model of judges that are made from criteria.")
@click.option(
    "--replay", type=click.Choice(_REPLAY), help="Record calls of models, or replay what was recorded."
)
@click.option("--seed", type=int, help="What the seeds of all trials follow from.")
@click.option("--shard", metavar="I/N", help="Play only part I of N, on one machine of N.")
@click.option(
    "--resume",
    is_flag=False,
    flag_value=_NEWEST,
    metavar="[RUN]",
    help="Go on with a run: play only what has no result. Without RUN, the newest.",
)
@click.option("--retries", type=click.IntRange(min=0), default=2, show_default=True, help="How often a trial is "
              "played again when something around the agent broke.")  # fmt: skip
@click.option("--fail-fast", is_flag=True, help="Begin nothing more once a trial failed.")
@click.option("--timeout", type=_above_zero, metavar="SECONDS", help="The most for a trial.")
@click.option("--agent-timeout", type=_above_zero, metavar="SECONDS", help="The most for a call of an agent.")
@click.option("--store", "setting", metavar="PATH|URL|off", help="Where the trials are stored, "
              "by default .scenario/runs.db of the project.")  # fmt: skip
@json_option
@click.option("--quiet", is_flag=True, help="No progress.")
@click.option("--ui", "with_page", is_flag=True, help="Serve the page meanwhile; at a terminal until Ctrl-C.")
@report_options
@click.pass_context
def run(context: click.Context, **given: Any) -> None:
    """Play the scenarios of files and folders; without PATH, those below the working directory.

    Exit codes: 0 all scenarios succeeded, 1 some failed, 2 the command or a file cannot be used, 3 trials say nothing
    because something around the agent broke, 4 the budget is used up, 130 interrupted. Ctrl-C finishes what is being
    played; a second Ctrl-C stops at once.
    """
    try:
        with usage_errors():
            result = _play(_with_right_paths(Given(**given)))
    except KeyboardInterrupt:  # while files are loaded; as soon as trials are played, it ends them by degrees
        click.echo("\nInterrupted.", err=True)
        context.exit(ExitCode.INTERRUPTED)
    context.exit(exit_code_of(result))


def _with_right_paths(given: Given) -> Given:
    """`--resume` takes the next word as its value; when that is a file, it was meant as one."""
    if given.resume is not None and given.resume != _NEWEST and Path(given.resume).exists():
        return replace(given, resume=_NEWEST, paths=(given.resume, *given.paths))
    return given


def _play(given: Given) -> SuiteResult:
    from scenario.cli.printing import print_json, print_lines  # noqa: PLC0415 - loaded by this command only
    from scenario.cli.suite_lines import result_lines  # noqa: PLC0415 - likewise
    from scenario.suite.find import paths_of, stored_paths  # noqa: PLC0415 - likewise

    _configure(given)
    place = place_named(given.setting)
    known: dict[str, Any] = {}
    rows: list[RunRow] = []
    batch: str | None = None
    if given.resume is not None:
        batch, known, rows = _resumed(given.resume, place)
    choice = known.get("choice", {})
    paths = list(given.paths) or paths_of(choice.get("paths", ()))
    words, tags = given.words or tuple(choice.get("words", ())), given.tags or tuple(choice.get("tags", ()))
    scenarios = chosen(paths, words, tags)
    kept = {"paths": stored_paths(paths), "words": list(words), "tags": list(tags)}
    info = {"command": sys.argv[1:], "choice": kept}
    _check_reports(given, place)
    with page_of(place, wanted=given.with_page):
        missing = _missing(given, scenarios, known.get("suite") or {}, rows)
        result = asyncio.run(_run(given, scenarios, place, batch, info, missing))
        if given.as_data:
            print_json(result.to_plain())
        else:
            print_lines(result_lines(result, _named(given.setting, place)))
        _write_reports(given, place, result)
    return result


def _check_reports(given: Given, place: Place | None) -> None:
    from scenario.errors import ConfigError  # noqa: PLC0415 - loaded by this command only

    if given.files and place is None:
        raise ConfigError(
            "The store is off, and reports are made from it: name one with --store.", source="store"
        )


def _write_reports(given: Given, place: Place | None, result: SuiteResult) -> None:
    if given.files and place is not None:
        from scenario.store import open_store  # noqa: PLC0415 - loaded by these options only

        with open_store(place) as store:
            write_named(store, result.batch_id, given.files, is_quiet=given.as_data)


def _missing(
    given: Given, scenarios: list[Scenario], known: Mapping[str, Any], rows: Sequence[RunRow]
) -> int:
    """How many trials are to be played now, for those who watch."""
    from scenario.suite import RetryPolicy  # noqa: PLC0415 - loaded by this command only
    from scenario.suite.plan import plan, shard_of  # noqa: PLC0415 - likewise
    from scenario.suite.resume import remainder  # noqa: PLC0415 - likewise

    shard = given.shard or known.get("shard")
    planned = plan(
        scenarios, trials=given.trials or known.get("trials"), shard=shard_of(shard) if shard else None
    )
    return len(remainder(planned, rows, RetryPolicy(given.retries)).missing)


async def _run(
    given: Given,
    scenarios: list[Scenario],
    place: Place | None,
    batch: str | None,
    info: dict[str, Any],
    missing: int,
) -> SuiteResult:
    from scenario.cli.suite_view import view_of  # noqa: PLC0415 - loaded by this command only
    from scenario.suite import Budget, Control, Suite, run_suite  # noqa: PLC0415 - likewise
    from scenario.suite.find import suite_name  # noqa: PLC0415 - likewise

    control = Control()
    _follow_signals(control)
    with view_of(missing, quiet=given.quiet) as view:
        return await run_suite(
            Suite(scenarios, name=suite_name(info["choice"]["paths"])),
            trials=given.trials,
            seed=given.seed,
            concurrency=given.concurrency,
            isolation=given.isolation,
            budget=Budget(given.budget_usd, given.budget_tokens, given.budget_calls, given.budget_time),
            retries=given.retries,
            fail_fast=given.fail_fast,
            shard=given.shard,
            resume=batch,
            store=_setting_of(place),
            batch_id=os.environ.get("SCENARIO_BATCH_RUN_ID") or None,
            judge_model=given.judge_model,
            timeout=given.timeout,
            agent_timeout=given.agent_timeout,
            watchers=[view],
            control=control,
            keep=False,
            info=info,
        )


def _configure(given: Given) -> None:
    """Make what the command line says about models hold for this process."""
    from scenario.config import ScenarioConfig  # noqa: PLC0415 - loaded by this command only

    settings: dict[str, Any] = {"verbose": False, "headless": True}
    if given.model is not None:
        settings["default_model"] = given.model
    if given.replay is not None:
        settings["replay"] = given.replay
    ScenarioConfig.configure(**settings)


def _setting_of(place: Place | None) -> str:
    """A place as `run_suite` takes it."""
    from scenario.store import FilePlace  # noqa: PLC0415 - loaded by this command only

    if place is None:
        return "off"
    return str(place.path) if isinstance(place, FilePlace) else place.url


def _named(setting: str | None, place: Place | None) -> str | None:
    """The store as `--store` has to name it again; None where the same one is taken by itself. Keys are not shown."""
    from scenario.store import ServerPlace  # noqa: PLC0415 - loaded by this command only

    if setting is None or place is None or place == place_named(None):
        return None
    if isinstance(place, ServerPlace) and any(mark in setting for mark in "@?"):
        return "URL"
    return setting


def _resumed(text: str, place: Place | None) -> tuple[str, dict[str, Any], list[RunRow]]:
    """The batch to go on with, what is known of it, and its runs."""
    from scenario.errors import ConfigError  # noqa: PLC0415 - loaded by this option only
    from scenario.store import FilePlace, open_store  # noqa: PLC0415 - likewise
    from scenario.suite.batch import batch_info, batch_runs, newest_batch  # noqa: PLC0415 - likewise

    if place is None:
        raise ConfigError(
            "The store is off, so there is no run to go on with. Name one with --store.", source="store"
        )
    if isinstance(place, FilePlace) and not place.path.is_file():
        raise ConfigError(
            f"There is no store at {place}, so there is no run to go on with. {_BEGIN}", source=str(place)
        )
    if text == _NEWEST:
        batch = newest_batch(place)
        if batch is None:
            raise ConfigError(
                f"The store {place} has no run of `scenario run` to go on with. {_BEGIN}", source=str(place)
            )
    else:
        with open_store(place) as store:
            try:
                batch = only_id(store, text)
            except click.ClickException as error:
                raise UsageProblem(error.message) from error
    return batch, batch_info(place, batch), batch_runs(place, batch)


def _follow_signals(control: Any) -> None:
    """Let Ctrl-C end the run by degrees, and a request to terminate at once."""
    import signal  # noqa: PLC0415 - loaded by this command only

    from scenario.suite.control import Stop  # noqa: PLC0415 - likewise

    def interrupt() -> None:
        if control.interrupt() is Stop.NO_MORE:
            click.echo("\nFinishing what is being played. Ctrl-C again stops at once.", err=True)

    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(signal.SIGINT, interrupt)
        loop.add_signal_handler(signal.SIGTERM, control.end, Stop.NOW)
    except NotImplementedError:  # there are no such handlers on Windows, where Ctrl-C cancels the run
        return
