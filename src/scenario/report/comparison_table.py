"""A comparison as a part of a page. Pure."""

from __future__ import annotations

from scenario._wording import percent
from scenario.analysis import Comparison
from scenario.report.document import points
from scenario.report.wording import page_text


def comparison_table(comparison: Comparison) -> str:
    """The comparison: the suite, each scenario, the measures, and what is not compared."""
    return (
        f"<section><h2>Against {page_text(comparison.before)}</h2>{_overall(comparison)}{_scenarios(comparison)}"
        f"{_shifts(comparison)}{_missing(comparison)}</section>"
    )


def _overall(comparison: Comparison) -> str:
    found = comparison.overall
    if found is None:
        return "<p>No scenario can be compared.</p>"
    return (
        f"<p>On average over {len(comparison.scenarios)} scenarios from {percent(found.before)} to "
        f"{percent(found.after)}: {100 * found.difference:+.1f} points, likely {points(found.interval)}; "
        f"p = {found.p_values.p_value:.2g} ({page_text(found.test)}), effect h = {found.effect:.2f}.</p>"
    )


def _scenarios(comparison: Comparison) -> str:
    rows = "".join(
        f"<tr><td>{page_text(each.label)}{' (reworded)' if each.reworded else ''}</td><td>{each.change.value}</td>"
        f"<td>{each.before}</td><td>{each.after}</td><td>{100 * each.difference:+.1f}</td>"
        f"<td>{points(each.interval)}</td><td>{each.adjusted:.2g}</td>"
        f"<td>{each.trials_needed or ''}</td></tr>"
        for each in comparison.scenarios
    )
    head = (
        "<tr><th>scenario</th><th></th><th>before</th><th>after</th><th>points</th><th>likely</th>"
        "<th>p (Holm)</th><th>trials to tell</th></tr>"
    )
    return f"<table>{head}{rows}</table>" if rows else ""


def _shifts(comparison: Comparison) -> str:
    rows = "".join(
        f"<tr><td>{page_text(each.measure)}</td><td>{each.before:,.4g}</td><td>{each.after:,.4g}</td>"
        f"<td>{'' if each.ratio is None else f'{each.ratio:.2f} x'}</td>"
        f"<td>{'' if each.interval is None else f'{each.interval.low:+.3g} to {each.interval.high:+.3g}'}</td></tr>"
        for each in comparison.shifts
    )
    head = "<tr><th></th><th>before</th><th>after</th><th></th><th>difference, likely</th></tr>"
    return f"<table>{head}{rows}</table>" if rows else ""


def _missing(comparison: Comparison) -> str:
    lines = [f"Only before: {label}" for label in comparison.only_before]
    lines += [f"Only now: {label}" for label in comparison.only_after]
    lines += [f"Not compared: {each.label} ({each.reason})" for each in comparison.left]
    return f"<ul>{''.join(f'<li>{page_text(line)}</li>' for line in lines)}</ul>" if lines else ""
