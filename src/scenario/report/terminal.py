"""The runs of a session as lines for a terminal, each made of words and their looks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from scenario._text import shorten
from scenario.report.session import RunSummary, Totals, Verdict, totals_of
from scenario.report.wording import measures, unmet_lines

_LOOKS = {
    Verdict.PASSED: ("green",),
    Verdict.FAILED: ("red", "bold"),
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


def section(runs: Sequence[RunSummary], *, every: bool) -> list[Line]:
    """What is told of runs: a line for each, more for those that did not pass, and the totals.

    Args:
        runs: The runs.
        every: Give those that passed a line each, too.
    """
    told = [run for run in runs if every or run.verdict is not Verdict.PASSED]
    lines = [line for run in told for line in run_lines(run)]
    return [*lines, totals_line(totals_of([run.verdict for run in runs]))]


def run_lines(run: RunSummary) -> list[Line]:
    """A run: verdict, name, measures and test; when it did not pass, the reason and the unmet criteria."""
    measured = measures(run)
    where = f" in {run.test}" if run.test is not None else ""
    rest = f" {shorten(run.name, _WIDTH)}{f' ({measured})' if measured else ''}{where}"
    head = (Span(run.verdict.value, _LOOKS[run.verdict]), Span(rest))
    if run.verdict is Verdict.PASSED:
        return [head]
    reason = [shorten(run.reason, _WIDTH)] if run.reason else []
    below = reason + [line for each in run.unmet for line in unmet_lines(each, _WIDTH)]
    return [head, *((Span(f"  {line}"),) for line in below)]


def totals_line(totals: Totals) -> Line:
    """How many runs passed; green when all did, yellow when most did, red otherwise."""
    rate = totals.success_rate
    colour = "green" if totals.failed == 0 else "yellow" if rate >= _FAIR else "red"
    runs = "1 run" if totals.total == 1 else f"{totals.total} runs"
    text = f"{runs}: {totals.passed} passed, {totals.failed} failed, success rate {rate:g} %"
    return (Span(text, (colour,)),)


def plain(lines: Iterable[Line]) -> str:
    """The lines as text, without their looks."""
    return "\n".join("".join(span.text for span in line) for line in lines)
