"""Runs as lines of styled text. Pure, but for the local time zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from scenario._text import call_text, calls_of, shorten, text_of
from scenario._wording import counted, moment, visible
from scenario.store import Judgement, MessageRow, RunRow, RunState, WholeRun

Line: TypeAlias = tuple[tuple[str, str], ...]
"""Pieces of text, each with the name of its style."""

_SPEAKERS = {"user": ("User", "green"), "assistant": ("Agent", "blue"), "tool": ("Tool", "magenta")}
_STYLES = {"passed": "green", "FAILED": "bold red", "ERROR": "bold red", "inconclusive": "bold yellow"}
_MARKS = {"passed": "green", "failed": "red", "inconclusive": "yellow"}
_WIDTH = 100


def verdict_of(run: RunRow) -> str:
    """A run's verdict in a word."""
    if run.state is not RunState.FINISHED:
        return run.state.value
    outcome = run.outcome.value if run.outcome is not None else "ended"
    return {"failed": "FAILED", "error": "ERROR"}.get(outcome, outcome)


def list_lines(runs: Sequence[RunRow]) -> list[Line]:
    """A line for each run, under one for its batch."""
    lines: list[Line] = []
    batch: str | None = None
    for run in runs:
        if run.batch_id != batch:
            batch = run.batch_id
            lines += [*([()] if lines else []), ((f"batch {visible(batch)}", "bold"),)]
        verdict = verdict_of(run)
        trial = "" if run.trial is None else f" #{run.trial}"
        name = shorten(visible(run.name), _WIDTH)
        lines.append(
            (
                (f"  {_short(run.id)}  {moment(run.started_at, seconds=True)}  ", "dim"),
                (f"{verdict:12}", _STYLES.get(verdict, "yellow")),
                (f"  {name}{trial}", ""),
                (f"  {_measures(run)}{_lost(run)}", "dim"),
            )
        )
    return lines


def run_lines(whole: WholeRun) -> list[Line]:
    """One run: what it was, what was said, and what came of it."""
    run = whole.run
    verdict = verdict_of(run)
    trial = "" if run.trial is None else f", trial {run.trial}"
    seed = "" if run.seed is None else f", seed {run.seed}"
    lines: list[Line] = [
        ((visible(run.name), "bold"), (trial + seed, "")),
        (
            (
                f"{visible(run.id)} of batch {visible(run.batch_id)}, {moment(run.started_at, seconds=True)}",
                "dim",
            ),
        ),
    ]
    lines += [((line, ""),) for line in visible(run.description).splitlines() if line.strip()]
    lines.append(())
    lines += _conversation(whole.messages)
    if whole.removed:
        be = "was" if len(whole.removed) == 1 else "were"
        lines.append(((f"({counted(len(whole.removed), 'message')} {be} rolled back)", "dim"),))
    lines.append(())
    lines.append(((verdict, _STYLES.get(verdict, "yellow")), (f"  {_measures(run)}", "dim")))
    lines += _reasons(run)
    for judgement in whole.judgements:
        lines += _judgement(judgement)
    if whole.model_calls:
        lines.append(((f"models: {run.usage.total}", "dim"),))
    if run.lost:
        lines.append(((f"{run.lost} of {run.facts} facts of this run could not be stored", "yellow"),))
    return lines


def plain_text(lines: Iterable[Line]) -> str:
    """The lines without their styles."""
    return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)


def _conversation(messages: Sequence[MessageRow]) -> list[Line]:
    lines: list[Line] = []
    turn: int | None = None
    for row in messages:
        if row.turn != turn:
            turn = row.turn
            lines.append(((f"turn {turn}", "dim"),))
        lines += _message(row)
    return lines


def _message(row: MessageRow) -> list[Line]:
    role = str(row.message.get("role", "?"))
    label, style = _SPEAKERS.get(role, (role, "yellow"))
    said = visible(text_of(row.message))
    calls = [visible(call_text(call)) for call in calls_of(row.message)]
    lines: list[Line] = []
    if said or not calls:
        first, *rest = said.split("\n")
        lines = [((f"{row.position:>3} ", "dim"), (f"{visible(label)}: ", style), (first, ""))]
        lines += [((f"    {line}", ""),) for line in rest]
    lines += [
        ((f"{row.position:>3} ", "dim"), (f"{visible(label)} calls ", style), (call, "")) for call in calls
    ]
    return lines


def _reasons(run: RunRow) -> list[Line]:
    texts = [
        f"fault of the {run.fault.value}: {run.fault_reason}" if run.fault is not None else None,
        run.reasoning if run.reasoning != run.fault_reason else None,
        str(run.ending) if run.ending is not None else None,
    ]
    return [((f"  {line}", ""),) for text in texts if text for line in visible(text).splitlines()]


def _judgement(judgement: Judgement) -> list[Line]:
    if not judgement.verdicts:
        return []
    where = "" if judgement.turn is None else f" in turn {judgement.turn}"
    lines: list[Line] = [((f"{judgement.kind} verdicts{where}", "bold"),)]
    for verdict in judgement.verdicts:
        why = f": {visible(verdict.reasoning)}" if verdict.reasoning else ""
        status = verdict.status.value
        lines.append(((f"  {status} ", _MARKS[status]), (f"{visible(verdict.criterion)}{why}", "")))
        lines += [((f"      {visible(str(each))}", "dim"),) for each in verdict.evidence]
    return lines


def _measures(run: RunRow) -> str:
    time = "" if run.total_time is None else f", {run.total_time:.2f} s"
    cost = f", ${run.usage.total.cost:.4f}" if run.usage.total.cost else ""
    return f"{counted(run.turns, 'turn')}{time}{cost}"


def _lost(run: RunRow) -> str:
    return f", {run.lost} facts lost" if run.lost else ""


def _short(run_id: str) -> str:
    return visible(run_id.removeprefix("scenariorun_"))
