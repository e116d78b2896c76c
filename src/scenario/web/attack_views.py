"""The report of an attack, as it was stored, as the data of an answer. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from scenario._red_team.attempts import Attempt
from scenario._red_team.report import AttackReport
from scenario._text import text_of
from scenario.store.rows import WholeRun
from scenario.web import shapes
from scenario.web.attack_data import AttackAttempt, AttackOfRun

_REPORT: Final = TypeAdapter(AttackReport)


def attack_of_run(stored: Mapping[str, Any] | None, run: WholeRun) -> AttackOfRun | None:
    """What an attacker did in a run; None when nobody attacked, or in a form that is not known here.

    Args:
        stored: The report, as plain data.
        run: The run.
    """
    if stored is None:
        return None
    try:
        report = _REPORT.validate_python(stored)
    except ValidationError:
        return None
    best = report.best
    return {
        "goal": shapes.shortened(report.goal.goal, shapes.LONGEST),
        "category": report.goal.category,
        "severity": report.severity,
        "strategy": report.strategy,
        "total_turns": report.total_turns,
        "status": report.status,
        "summary": shapes.shortened(report.summary, shapes.LONGEST),
        "furthest": None if best is None else best.value,
        "backtracks": report.backtracks,
        "attempts": [_attempt(each, number) for each, number in _placed(report.attempts, run)],
    }


def _placed(attempts: Sequence[Attempt], run: WholeRun) -> Iterator[tuple[Attempt, int | None]]:
    """Each attempt with the number of its message, those that were rolled back among them."""
    rows = sorted((*run.messages, *run.removed), key=lambda row: row.number)
    asked = [(row.number, text_of(row.message)) for row in rows if row.message.get("role") == "user"]
    start = 0
    for attempt in attempts:
        later = enumerate(asked[start:], start)
        place = next((place for place, (_, text) in later if text == attempt.sent), None)
        start = start if place is None else place + 1
        yield attempt, None if place is None else asked[place][0]


def _attempt(found: Attempt, number: int | None) -> AttackAttempt:
    score = found.score
    return {
        "turn": found.turn,
        "message": number,
        "phase": found.phase,
        "techniques": list(found.used),
        "score": found.value,
        "refused": score is not None and score.refused,
        "reason": "" if score is None else shapes.shortened(score.reason, shapes.LONGEST),
        "taken_back": found.taken_back,
    }
