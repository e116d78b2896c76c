"""Comparisons and gates as lines of styled text. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from scenario._wording import percent, visible
from scenario.analysis import Change, Comparison, Gate, GateState, Overall, ScenarioChange, Shift
from scenario.cli.run_lines import Line
from scenario.report.document import points

_STYLES = {
    Change.NEWLY_FAILING: "bold red",
    Change.NEWLY_PASSING: "green",
    Change.STILL_FLAKY: "yellow",
    Change.UNCLEAR: "",
    Change.UNCHANGED: "dim",
}
_GATE_STYLES = {
    GateState.PASSED: "green",
    GateState.FAILED: "bold red",
    GateState.UNCLEAR: "yellow",
    GateState.NO_DATA: "bold red",
}


def comparison_lines(comparison: Comparison) -> list[Line]:
    """A comparison: what changed, scenario by scenario, and then as a whole."""
    lines: list[Line] = [((f"{visible(comparison.before)} -> {visible(comparison.after)}", "bold"),)]
    for change in Change:
        lines += [_scenario(each) for each in comparison.of(change)]
    lines += [(("only before    ", "dim"), (visible(label), "")) for label in comparison.only_before]
    lines += [(("only after     ", "dim"), (visible(label), "")) for label in comparison.only_after]
    lines += [
        (("not compared   ", "dim"), (visible(each.label), ""), (f"  {each.reason}", "dim"))
        for each in comparison.left
    ]
    if comparison.overall is not None:
        lines += [(), *_overall(comparison.overall, len(comparison.scenarios))]
    lines += [_shift(each) for each in comparison.shifts]
    return lines


def gate_lines(gate: Gate) -> list[Line]:
    """A gate: what it says and why, and the other checks."""
    lines: list[Line] = [((gate.state.value, _GATE_STYLES[gate.state]), (f": {visible(gate.reason)}", ""))]
    others = [each for each in gate.checks if each is not gate.deciding]
    lines += [((f"  {each.name} {each.state.value}: {visible(each.reason)}", "dim"),) for each in others]
    return lines


def _scenario(change: ScenarioChange) -> Line:
    trials = change.trials_needed
    needed = "" if trials is None else f", {trials} trials on each side would tell"
    low, high = 100 * change.interval.low, 100 * change.interval.high
    reworded = ", reworded" if change.reworded else ""
    details = f"  {change.before} -> {change.after} ({low:+.0f} to {high:+.0f} points, p {change.adjusted:.2g}{needed}{reworded})"
    return (
        (f"{change.change.value:15}", _STYLES[change.change]),
        (visible(change.label), ""),
        (details, "dim"),
    )


def _overall(overall: Overall, scenarios: int) -> Sequence[Line]:
    return [
        (
            (f"suite of {scenarios}: {percent(overall.before)} -> {percent(overall.after)}", "bold"),
            (f"  {100 * overall.difference:+.1f} points, likely {points(overall.interval)}", ""),
        ),
        ((f"  these scenarios: p {overall.p_values.p_value:.2g} ({overall.test})", "dim"),),
        ((f"  others like them: p {overall.sample.p_value:.2g} (sign flips over scenarios)", "dim"),),
        ((f"  effect size h {overall.effect:+.2f}", "dim"),),
    ]


def _shift(shift: Shift) -> Line:
    times = "" if shift.ratio is None else f", {shift.ratio:.2f} times"
    likely = (
        "" if shift.interval is None else f", likely {shift.interval.low:+.3g} to {shift.interval.high:+.3g}"
    )
    return ((f"  {shift.measure}: {shift.before:.4g} -> {shift.after:.4g}{times}{likely}", "dim"),)
