"""Charts as SVG that stands inside of a page: no script, no style of its own, colours by class. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from scenario._text import shorten
from scenario._wording import percent
from scenario.analysis import BatchSummary, ScenarioSummary, TrialState
from scenario.report.document import amount, interval_words
from scenario.report.wording import printable
from scenario.statistics import Interval, PassesOf

_ROW, _LABEL, _PLOT, _END = 22, 260, 420, 250
_WIDTH = _LABEL + _PLOT + _END
_CHART = (360, 180, 50)
_BINS = 20
_LABEL_CHARACTERS = 38
_MOST_CELLS = 60


def rates(summary: BatchSummary) -> str:
    """The pass rate of each scenario, with its interval."""
    scenarios = summary.scenarios
    height = _ROW * (len(scenarios) + 1)
    lines = [_gridline(share, height) for share in (0, 0.25, 0.5, 0.75, 1)]
    for place, each in enumerate(scenarios):
        lines.append(_rate_row(each, _ROW * place + _ROW / 2))
    return _svg(_WIDTH, height, "The pass rate of each scenario", lines)


def _gridline(share: float, height: int) -> str:
    x = _LABEL + share * _PLOT
    line = f'<line class="grid" x1="{x:g}" y1="0" x2="{x:g}" y2="{height - _ROW}"/>'
    return line + _text(x, height - 6, percent(share), "middle")


def _rate_row(scenario: ScenarioSummary, y: float) -> str:
    counts, interval = scenario.counts, scenario.interval
    label = shorten(printable(scenario.label), _LABEL_CHARACTERS)
    parts = [_text(_LABEL - 10, y + 4, label, "end")]
    if interval is not None:
        low, high = (_LABEL + end * _PLOT for end in (interval.low, interval.high))
        parts.append(f'<line class="interval" x1="{low:.1f}" y1="{y:g}" x2="{high:.1f}" y2="{y:g}"/>')
    if counts.trials:
        shape = "pass" if counts.rate == 1 else "fail" if counts.rate == 0 else "mixed"
        x = _LABEL + counts.rate * _PLOT
        parts.append(f'<circle class="dot {shape}" cx="{x:.1f}" cy="{y:g}" r="5"/>')
    words = f"{counts} ({interval_words(scenario)})"
    return "".join([*parts, _text(_LABEL + _PLOT + 12, y + 4, words, "start")])


def trials(scenario: ScenarioSummary) -> str:
    """One cell for each trial, in order, coloured by what it says."""
    shown = scenario.of.trials[:_MOST_CELLS]
    cells = [
        f'<rect class="{css_class(trial.state)}" x="{place * 9}" y="0" width="7" height="14"/>'
        for place, trial in enumerate(shown)
    ]
    more = len(scenario.of.trials) - len(shown)
    if more:
        cells.append(_text(len(shown) * 9 + 2, 11, f"+{more}", "start"))
    return _svg(len(shown) * 9 + (40 if more else 0), 14, "The trials in order", cells)


def css_class(state: TrialState) -> str:
    """The class of a state: ``passed``, ``failed``, ``left-out`` or ``unfinished``."""
    return state.value.replace(" ", "-")


def passes(found: Sequence[PassesOf]) -> str:
    """pass@k and pass^k by k, with their intervals."""
    width, height, margin = _CHART
    places = [margin + (width - 2 * margin) * place / max(1, len(found) - 1) for place in range(len(found))]

    def y_of(rate: float) -> float:
        return height - margin + 10 - rate * (height - margin - 10)

    lines = [
        f'<line class="grid" x1="{margin}" y1="{y_of(share):g}" x2="{width - margin}" y2="{y_of(share):g}"/>'
        f"{_text(margin - 6, y_of(share) + 4, percent(share), 'end')}"
        for share in (0, 0.5, 1)
    ]
    lines += [_text(x, height - 12, str(each.k), "middle") for x, each in zip(places, found, strict=True)]
    any_of = [(each.any_passes, each.any_interval) for each in found]
    all_of = [(each.all_pass, each.all_interval) for each in found]
    lines.append(_curve(places, any_of, y_of, "pass"))
    lines.append(_curve(places, all_of, y_of, "fail"))
    return _svg(width, height, "pass@k (upper) and pass^k (lower) by k", lines)


def _curve(
    places: Sequence[float],
    values: Sequence[tuple[float, Interval | None]],
    y_of: Callable[[float], float],
    kind: str,
) -> str:
    points = " ".join(f"{x:.1f},{y_of(rate):.1f}" for x, (rate, _) in zip(places, values, strict=True))
    parts = [f'<polyline class="curve {kind}" points="{points}"/>']
    for x, (rate, interval) in zip(places, values, strict=True):
        parts.append(f'<circle class="dot {kind}" cx="{x:.1f}" cy="{y_of(rate):.1f}" r="3"/>')
        if interval is not None:
            low, high = y_of(interval.low), y_of(interval.high)
            parts.append(
                f'<line class="interval {kind}" x1="{x:.1f}" y1="{low:.1f}" x2="{x:.1f}" y2="{high:.1f}"/>'
            )
    return "".join(parts)


def histogram(values: Sequence[float], title: str, digits: int = 2) -> str:
    """How often a measure has which value."""
    width, height, margin = _CHART
    low, high = min(values), max(values)
    if low == high:
        words = f"{title}: {amount(low, digits)} in all {len(values)} trials"
        return _svg(width, 2 * margin, title, [_text(margin, margin, words, "start")])
    bins = min(_BINS, math.ceil(math.sqrt(len(values))))
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, int((value - low) / (high - low) * bins))] += 1
    step, top = (width - 2 * margin) / bins, max(counts)
    bars = [
        f'<rect class="bar" x="{margin + place * step:.1f}" y="{height - margin - count / top * (height - margin - 20):.1f}" '
        f'width="{max(1.0, step - 1):.1f}" height="{count / top * (height - margin - 20):.1f}"><title>{count}</title></rect>'
        for place, count in enumerate(counts)
    ]
    bars.append(_text(margin, height - margin + 16, amount(low, digits), "start"))
    bars.append(_text(width - margin, height - margin + 16, amount(high, digits), "end"))
    bars.append(_text(width / 2, height - 4, title, "middle"))
    return _svg(width, height, title, bars)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:g}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, title: str, parts: Sequence[str]) -> str:
    size = f'viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
    return f'<svg role="img" aria-label="{escape(title)}" {size}><title>{escape(title)}</title>{"".join(parts)}</svg>'
