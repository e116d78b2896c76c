"""The runs of a session as lines for a terminal, each made of words and their looks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scenario._text import shorten
from scenario._wording import counted
from scenario.faults import FaultKind, not_the_agents
from scenario.report.session import RunSummary, Totals, Verdict, totals_of
from scenario.report.wording import measures, unmet_lines

_LOOKS = {
    Verdict.PASSED: ("green",),
    Verdict.FAILED: ("red", "bold"),
    Verdict.INCONCLUSIVE: ("yellow", "bold"),
    Verdict.ERROR: ("red", "bold"),
    Verdict.CANCELLED: ("yellow", "bold"),
}
_FAIR = 70
_WIDTH = 200


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one look.

    Attributes:
        text: The words.
        looks: Names of colours, and ``bold``.
    """

    text: str
    looks: tuple[str, ...] = ()


Line: TypeAlias = tuple[Span, ...]


def section(runs: Sequence[RunSummary], *, every: bool, passing: Collection[str] = ()) -> list[Line]:
    """What is told of runs: a line for each, more for those that did not pass, and the totals.

    Args:
        runs: The runs.
        every: Give those that passed, and those of `passing`, a line each, too.
        passing: The ids of tests that passed. Of their runs that did not pass is told how many there are, and
            not why: most were meant to end like this.
    """
    lines: list[Line] = []
    excused = 0
    for run in runs:
        counts = run.verdict is not Verdict.PASSED and run.test not in passing
        if counts:
            lines += run_lines(run)
        elif every:
            lines.append(head_line(run))
        excused += not counts and run.verdict is not Verdict.PASSED
    if excused:
        lines.append(_excused_line(excused))
    return [*lines, totals_line(totals_of(runs))]


def head_line(run: RunSummary) -> Line:
    """A run in a line: verdict, name, measures and test."""
    measured = measures(run)
    where = f" in {run.test}" if run.test is not None else ""
    rest = f" {shorten(run.name, _WIDTH)}{f' ({measured})' if measured else ''}{where}"
    return (Span(run.verdict.value, _LOOKS[run.verdict]), Span(rest))


def run_lines(run: RunSummary) -> list[Line]:
    """A run in a line; when it did not pass, more with the reason and the unmet criteria."""
    head = head_line(run)
    if run.verdict is Verdict.PASSED:
        return [head]
    reason = [shorten(run.reason, _WIDTH)] if run.reason else []
    reason += [not_the_agents(FaultKind(run.fault))] if run.excuses_agent else []
    below = reason + [line for each in run.unmet for line in unmet_lines(each, _WIDTH)]
    return [head, *((Span(f"  {line}"),) for line in below)]


def totals_line(totals: Totals) -> Line:
    """How many runs passed; green when all did, yellow when most did, red otherwise."""
    rate = totals.success_rate
    colour = "green" if totals.failed == 0 else "yellow" if rate >= _FAIR else "red"
    runs = counted(totals.total, "run")
    excused = f" ({totals.excused} not by the agent's fault)" if totals.excused else ""
    text = f"{runs}: {totals.passed} passed, {totals.failed} failed{excused}, success rate {rate:g} %"
    return (Span(text, (colour,)),)


def _excused_line(number: int) -> Line:
    be = "is" if number == 1 else "are"
    text = f"{counted(number, 'run')} that did not pass {be} of tests that passed; --scenario-report=all says why"
    return (Span(text),)


def plain(lines: Iterable[Line]) -> str:
    """The lines as text, without their looks."""
    return "\n".join("".join(span.text for span in line) for line in lines)
