"""A run of a suite as lines of styled text. Pure."""

from __future__ import annotations

import shlex

from scenario._text import shorten
from scenario._wording import counted, visible
from scenario.cli.run_lines import Line
from scenario.faults import not_the_agents
from scenario.suite.progress import Standing
from scenario.suite.result import Attempt, Ending, ScenarioTally, SuiteResult, TrialResult

_MOST_SHOWN = 5
_MOST_LINES = 12
_WIDTH = 300
_DEEPEST = 40


def trial_line(result: TrialResult) -> Line:
    """A trial that has its result."""
    attempt = result.last
    word, style = _word(result)
    again = f", attempt {len(result.attempts)}" if len(result.attempts) > 1 else ""
    number = f"{result.trial.number}/{result.trial.planned}"
    measures = f"  {attempt.seconds:.2f} s{again}" + (f", {attempt.usage}" if attempt.usage else "")
    return ((f"{word:8}", style), (f" {visible(result.trial.scenario)} {number}", ""), (measures, "dim"))


def result_lines(result: SuiteResult, store: str | None = None) -> list[Line]:
    """What came of a run: a line for each scenario, why trials did not pass, and the whole.

    Args:
        result: The run.
        store: The store as one has to name it to go on with the run; None for the one that is taken by itself.
    """
    lines: list[Line] = []
    for tally in result.scenarios:
        lines.append(_tally(tally))
        wrong = [trial for trial in tally.trials if not trial.passed]
        for trial in wrong[:_MOST_SHOWN]:
            lines += _why(trial)
        if len(wrong) > _MOST_SHOWN:
            more = counted(len(wrong) - _MOST_SHOWN, "more trial")
            lines.append(((f"    and {more} that did not pass", "dim"),))
    lines.append(())
    lines += [*_whole(result), *_next(result, store)]
    return lines


def standing_text(standing: Standing, seconds: float) -> str:
    """How far a run is, in a line.

    Args:
        standing: How far it is.
        seconds: Since it began.
    """
    left = standing.time_left(seconds)
    parts = [
        f"{standing.ended}/{counted(standing.planned, 'trial')}",
        f"{standing.running} running",
        f"{standing.passed} passed",
        f"{standing.failed} failed",
        *([counted(standing.faults, "fault")] if standing.faults else []),
        *(
            [f"{standing.retries} {'retry' if standing.retries == 1 else 'retries'}"]
            if standing.retries
            else []
        ),
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
    first, *rest = _reason(attempt)
    lines: list[Line] = [((f"    trial {result.trial.number}: ", ""), (first, ""), (run, "dim"))]
    lines += [((f"      {line}".rstrip(), ""),) for line in rest]
    if not result.counts and attempt.fault is not None:
        lines.append(((f"      {not_the_agents(attempt.fault.kind)}", "yellow"),))
    return lines


def _reason(attempt: Attempt) -> list[str]:
    """Why it did not pass, in lines as they were written, so that an example in it can be read."""
    text = attempt.reasoning.strip() or ", ".join(attempt.unmet) or "it did not pass"
    lines = [_cut(visible(line).rstrip()) for line in text.splitlines()]
    return lines if len(lines) <= _MOST_LINES else [*lines[: _MOST_LINES - 1], "…"]


def _cut(line: str) -> str:
    margin = line[: len(line) - len(line.lstrip())]
    return margin[:_DEEPEST] + shorten(line, _WIDTH) if len(line) > _WIDTH else line


def _whole(result: SuiteResult) -> list[Line]:
    trials = result.trials
    passed, judged = sum(each.passed for each in trials), sum(each.counts for each in trials)
    style = "green" if result.success else "bold red" if passed < judged else "bold yellow"
    faults = "".join(
        f", {counted(count, 'fault')} of the {kind.value}" for kind, count in result.faults.items()
    )
    missing = f", {result.unfinished} not played" if result.unfinished else ""
    resumed = sum(each.is_resumed for each in trials)
    again = f" ({resumed} of them before)" if resumed else ""
    spent = f", {result.spent}" if result.spent else ""
    head = f"{passed} passed, {judged - passed} failed{faults}{missing}"
    lines: list[Line] = [
        ((head, style), (f" of {counted(sum(result.planned.values()), 'trial')}{again}", ""))
    ]
    lines.append(((f"in {result.seconds:.1f} s{spent}", "dim"),))
    if result.ending is not Ending.COMPLETED:
        lines.append(((f"{result.ending.value}: {result.reason}", "bold yellow"),))
    lines += [((f"warning: {visible(text)}", "yellow"),) for text in result.warnings]
    if result.store:
        lines.append(((f"stored in {result.store} as {result.batch_id}", "dim"),))
    return lines


def _next(result: SuiteResult, store: str | None) -> list[Line]:
    """How to go on with a run that was stopped."""
    if not result.unfinished or not result.store:
        return []
    where = "" if store is None else f" --store {shlex.quote(store)}"
    return [((f"go on with: scenario run --resume {result.batch_id}{where}", "cyan"),)]
