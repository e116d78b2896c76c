"""``scenario gate``: whether a change may go in, from what its trials show."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import click

from scenario.cli.exit_codes import ExitCode
from scenario.cli.options import alpha_option, json_option, store_option
from scenario.cli.store_access import opened

if TYPE_CHECKING:
    from scenario.analysis import GateState


@click.command()
@click.argument("run", metavar="[RUN]", default="last")
@click.option("--baseline", metavar="RUN", help="Hold it to what was there before.")
@click.option("--min-pass-rate", type=click.FloatRange(0, 1), help="Hold it to a pass rate, such as 0.9.")
@click.option(
    "--max-regressions",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="How many scenarios may pass less often than in the baseline.",
)
@alpha_option
@click.option("--strict", is_flag=True, help="Exit with 1 when the trials are too few to tell.")
@store_option
@json_option
@click.pass_context
def gate(
    context: click.Context,
    *,
    run: str,
    baseline: str | None,
    min_pass_rate: float | None,
    max_regressions: int,
    alpha: float,
    strict: bool,
    setting: str | None,
    as_data: bool,
) -> None:
    """Say in one sentence whether RUN is good enough; without RUN it is the last one.

    Exits with 0 when it is, or the trials are too few to tell; with 1 when it is not; with 3 when no trial says
    anything about the agent. RUN and the baseline are the beginning of a batch's id, `last`, `last@BRANCH`,
    `last-green`, `last-green@BRANCH`, a tag or a commit.
    """
    from scenario import analysis  # noqa: PLC0415 - loaded by this command only
    from scenario.cli.compare_lines import gate_lines  # noqa: PLC0415 - likewise
    from scenario.cli.printing import print_json, print_lines  # noqa: PLC0415 - likewise
    from scenario.store.plain import plain  # noqa: PLC0415 - likewise

    if baseline is None and min_pass_rate is None:
        raise click.UsageError("Say what to hold the run to: --baseline RUN, --min-pass-rate RATE, or both.")
    with opened(setting) as store:
        chosen = analysis.select(store, run)
        before = None if baseline is None else analysis.select(store, baseline, without=chosen.batch_ids)
    summary = chosen.summary(confidence=1 - alpha)
    found = analysis.gate(
        summary,
        comparison=None if before is None else analysis.compare(before.summary(), summary, alpha=alpha),
        min_pass_rate=min_pass_rate,
        max_regressions=max_regressions,
        alpha=alpha,
    )
    if as_data:
        told = {"state": found.state, "reason": found.reason, "trials_needed": found.trials_needed}
        print_json(plain({**told, "checks": found.checks}))
    else:
        print_lines(gate_lines(found))
    context.exit(_exit_code(found.state, strict=strict))


def _exit_code(state: GateState, *, strict: bool) -> ExitCode:
    from scenario.analysis import GateState  # noqa: PLC0415 - loaded by this command only

    match state:
        case GateState.PASSED:
            return ExitCode.PASSED
        case GateState.FAILED:
            return ExitCode.FAILED
        case GateState.UNCLEAR:
            return ExitCode.FAILED if strict else ExitCode.PASSED
        case GateState.NO_DATA:
            return ExitCode.INFRASTRUCTURE
        case _:
            assert_never(state)
