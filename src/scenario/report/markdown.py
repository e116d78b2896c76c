"""A report for a pull request, in the Markdown that GitHub and GitLab show. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from scenario._wording import fenced, percent
from scenario.analysis import BatchSummary, Change, Comparison, ScenarioSummary, Trial
from scenario.report.document import (
    Document,
    amount,
    failed_trials,
    failure_lines,
    interval_words,
    left_out_words,
    likely,
    notes,
    points,
)
from scenario.report.wording import printable
from scenario.statistics import Distribution, PassesOf

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&$^-])")
_PINGS = re.compile(r"(?<=[@#])(?=\w)")
_SHOWN_FAILURES = 3
MOST_CHARACTERS = 60_000
"""The most characters of a report: comments of GitHub hold 65,536."""


def markdown(document: Document, *, most: int = MOST_CHARACTERS) -> str:
    """The report as Markdown: the figures, the comparison, and the failed trials folded up.

    Args:
        document: What to report.
        most: The most characters. Failed trials that do not fit are left out, and that is said.

    Returns:
        The text of the file.
    """
    head = [_title(document.summary), _table(document.summary)]
    passes = document.summary.passes
    if passes:
        head.append(_passes(passes))
    if document.comparison is not None:
        head.append(_comparison(document.comparison))
    text = "\n\n".join(head)
    left = 0
    for scenario in document.summary.scenarios:
        section = _failures(document, scenario)
        if len(text) + len(section) > most:
            left += 1
        elif section:
            text = f"{text}\n\n{section}"
    if left:
        text += f"\n\nThe failed trials of {left} scenarios are left out: the text would be too long."
    return f"{text}\n"


def _title(summary: BatchSummary) -> str:
    counts = summary.counts
    where = f" ({likely(summary.interval)})" if summary.interval is not None else ""
    rate = (
        f"**{counts} trials passed: {percent(counts.rate)}**{where}"
        if counts.trials
        else "**No trial counts**"
    )
    parts = [f"## Scenarios: {_said(summary.label)}", f"{rate}, {left_out_words(summary.left_out)}."]
    told = [f"- {_said(note)}" for note in notes(summary)]
    if summary.usage.calls:
        told.append(f"- Language models: {_said(str(summary.usage))}.")
    return "\n\n".join([*parts, *(["\n".join(told)] if told else [])])


def _table(summary: BatchSummary) -> str:
    rows = [
        (
            _said(each.label),
            str(each.counts),
            percent(each.counts.rate) if each.counts.trials else "-",
            interval_words(each),
            each.steadiness.value if each.steadiness is not None else "-",
            left_out_words(each.of.left_out) if each.of.left_out else "0",
            _median(each.measures.turns, 0),
            _median(each.measures.latency, 2),
            _median(each.measures.cost, 4),
        )
        for each in summary.scenarios
    ]
    head = ("scenario", "passed", "rate", "likely", "it", "left out", "turns", "agent s/turn", "US $")
    return _rows(head, rows)


def _median(found: Distribution | None, digits: int) -> str:
    return amount(None if found is None else found.median, digits)


def _passes(found: Sequence[PassesOf]) -> str:
    rows = [
        (
            str(each.k),
            percent(each.any_passes),
            likely(each.any_interval),
            percent(each.all_pass),
            likely(each.all_interval),
        )
        for each in found
    ]
    return _rows(("k", "one of k passes (pass@k)", "likely", "all k pass (pass^k)", "likely"), rows)


def _comparison(comparison: Comparison) -> str:
    lines = [f"### Against {_said(comparison.before)}", ""]
    overall = comparison.overall
    if overall is not None:
        lines.append(
            f"On average from {percent(overall.before)} to {percent(overall.after)}: {100 * overall.difference:+.1f} "
            f"points, likely {points(overall.interval)} (p = {overall.p_values.p_value:.2g}, {overall.test})."
        )
    told = [each for each in comparison.scenarios if each.change is not Change.UNCHANGED]
    if told:
        rows = [
            (
                _said(each.label),
                each.change.value,
                str(each.before),
                str(each.after),
                f"{each.adjusted:.2g}",
                str(each.trials_needed or "-"),
            )
            for each in sorted(told, key=lambda each: list(Change).index(each.change))
        ]
        lines += ["", _rows(("scenario", "it is", "before", "after", "p (Holm)", "trials to tell"), rows)]
    unchanged = len(comparison.scenarios) - len(told)
    lines += ["", f"{unchanged} of {len(comparison.scenarios)} scenarios are unchanged."]
    lines += [f"- Only before: {_said(label)}" for label in comparison.only_before]
    lines += [f"- Only now: {_said(label)}" for label in comparison.only_after]
    lines += [f"- Not compared: {_said(each.label)} ({_said(each.reason)})" for each in comparison.left]
    return "\n".join(lines)


def _failures(document: Document, scenario: ScenarioSummary) -> str:
    failed = failed_trials(scenario)
    if not failed:
        return ""
    shown = failed[:_SHOWN_FAILURES]
    blocks = [_block(document, trial) for trial in shown]
    if len(failed) > len(shown):
        blocks.append(f"{len(failed) - len(shown)} more trials failed.")
    title = f"{_said(scenario.label)}: {len(failed)} of {scenario.counts.trials} trials failed"
    return "\n\n".join([f"<details><summary>{title}</summary>", *blocks, "</details>"])


def _block(document: Document, trial: Trial) -> str:
    return fenced("\n".join(failure_lines(trial, document.said_in(trial))))


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _said(text: str) -> str:
    """Text as text: no markup, no end of a line, and nobody is called by an @ in it."""
    return _PINGS.sub("\N{ZERO WIDTH SPACE}", _MARKUP.sub(r"\\\1", " ".join(printable(text).split())))
