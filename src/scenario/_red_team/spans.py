"""What a trace shows of an attack. The names are those that tools for this kind of test know."""

from __future__ import annotations

from contextlib import AbstractContextManager

from opentelemetry import trace
from opentelemetry.trace import Span

from scenario._red_team.attempts import Attempt
from scenario._red_team.setup import Setup

_TRACER = "scenario.red_team"


def plan_span() -> AbstractContextManager[Span]:
    """A span around the making of a plan."""
    return trace.get_tracer(_TRACER).start_as_current_span("red_team.generate_attack_plan")


def note_turn(
    setup: Setup, attempt: Attempt, last: Attempt | None, backtracks: int, *, took_back: bool
) -> None:
    """Note an attempt on the span of the attacker's call."""
    span = trace.get_current_span()
    attributes = {
        "red_team.turn": attempt.turn,
        "red_team.total_turns": setup.total_turns,
        "red_team.strategy": setup.strategy.name,
        "red_team.target": setup.goal.goal,
        "red_team.phase": attempt.phase,
        "red_team.did_backtrack": took_back,
        "red_team.backtracks_remaining": max(0, setup.max_backtracks - backtracks),
    }
    if last is not None and last.value is not None:
        attributes["red_team.last_response_score"] = last.value
    span.set_attributes(attributes)
