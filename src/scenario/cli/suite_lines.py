"""A run of a suite as lines of styled text. Pure."""

from __future__ import annotations

from scenario._text import shorten
from scenario._wording import visible
from scenario.cli.run_lines import Line
from scenario.faults import not_the_agents
from scenario.suite.progress import Standing
from scenario.suite.result import Attempt, Ending, ScenarioTally, SuiteResult, TrialResult

_MOST_SHOWN = 5
_WIDTH = 300


def trial_line(result: TrialResult) -> Line:
    """A trial that has its result."""
    attempt = result.last
    word, style = _word(result)
    again = f", attempt {len(result.attempts)}" if len(result.attempts) > 1 else ""
    number = f"{result.trial.number}/{result.trial.planned}"
    measures = f"  {attempt.seconds:.2f} s{again}" + (f", {attempt.usage}" if attempt.usage else "")
    return ((f"{word:8}", style), (f" {visible(result.trial.scenario)} {number}", ""), (measures, "dim"))


def result_lines(result: SuiteResult) -> list[Line]:
    """What came of a run: a line for each scenario, why trials did not pass, and the whole."""
    lines: list[Line] = []
    for tally in result.scenarios:
        lines.append(_tally(tally))
        wrong = [trial for trial in tally.trials if not trial.passed]
        for trial in wrong[:_MOST_SHOWN]:
            lines += _why(trial)
        if len(wrong) > _MOST_SHOWN:
            lines.append(((f"    and {len(wrong) - _MOST_SHOWN} more trials that did not pass", "dim"),))
    lines.append(())
    lines += _whole(result)
    return lines


def standing_text(standing: Standing, seconds: float) -> str:
    """How far a run is, in a line.

    Args:
        standing: How far it is.
        seconds: Since it began.
    """
    left = standing.time_left(seconds)
    parts = [
        f"{standing.ended}/{standing.planned} trials",
        f"{standing.running} running",
        f"{standing.passed} passed",
        f"{standing.failed} failed",
        *([f"{standing.faults} faults"] if standing.faults else []),
        *([f"{standing.retries} retries"] if standing.retries else []),
        *([f"${standing.spent.cost:.4f}"] if standing.spent.cost else []),
        f"{standing.rate(seconds):.1f}/s",
        *([] if left is None or not standing.running else [f"{duration(left)} left"]),
    ]
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds for people, such as ``1 min 05 s``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def _tally(tally: ScenarioTally) -> Line:
    rate = tally.pass_rate
    if tally.success:
        word, style = "passed", "green"
    elif tally.fell_short:
        word, style = "FAILED", "bold red"
    elif tally.unfinished:
        word, style = "stopped", "yellow"
    else:
        word, style = "no count", "bold yellow"
    excused = len(tally.trials) - tally.counted
    parts = [
        *([] if rate is None else [f"{tally.passed} of {tally.counted} passed"]),
        *([f"{tally.min_pass_rate:.0%} must"] if tally.min_pass_rate < 1 and rate is not None else []),
        *([f"{excused} not counted"] if excused else []),
        *([f"{tally.unfinished} not played"] if tally.unfinished else []),
    ]
    return ((f"{word:8}", style), (f" {visible(tally.name)}", "bold"), (f"  {', '.join(parts)}", "dim"))


def _word(result: TrialResult) -> tuple[str, str]:
    if result.passed:
        return "passed", "green"
    return ("FAILED", "bold red") if result.counts else ("fault", "bold yellow")


def _why(result: TrialResult) -> list[Line]:
    attempt = result.last
    run = f"  ({attempt.run_id})" if attempt.run_id else ""
    lines: list[Line] = [((f"    trial {result.trial.number}: ", ""), (_reason(attempt), ""), (run, "dim"))]
    if not result.counts and attempt.fault is not None:
        lines.append(((f"      {not_the_agents(attempt.fault.kind)}", "yellow"),))
    return lines


def _reason(attempt: Attempt) -> str:
    text = attempt.reasoning or ", ".join(attempt.unmet) or "it did not pass"
    return visible(shorten(text, _WIDTH))


def _whole(result: SuiteResult) -> list[Line]:
    trials = result.trials
    passed, counted = sum(each.passed for each in trials), sum(each.counts for each in trials)
    style = "green" if result.success else "bold red" if passed < counted else "bold yellow"
    faults = "".join(f", {count} faults of the {kind.value}" for kind, count in result.faults.items())
    missing = f", {result.unfinished} not played" if result.unfinished else ""
    resumed = sum(each.is_resumed for each in trials)
    again = f" ({resumed} of them before)" if resumed else ""
    spent = f", {result.spent}" if result.spent else ""
    head = f"{passed} passed, {counted - passed} failed{faults}{missing}"
    lines: list[Line] = [((head, style), (f" of {sum(result.planned.values())} trials{again}", ""))]
    lines.append(((f"in {result.seconds:.1f} s{spent}", "dim"),))
    if result.ending is not Ending.COMPLETED:
        lines.append(((f"{result.ending.value}: {result.reason}", "bold yellow"),))
    lines += [((f"warning: {visible(text)}", "yellow"),) for text in result.warnings]
    if result.store:
        lines.append(((f"stored in {result.store} as {result.batch_id}", "dim"),))
    if result.unfinished and result.store:
        lines.append(((f"go on with: scenario run --resume {result.batch_id}", "cyan"),))
    return lines
