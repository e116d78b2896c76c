"""What a person sees at the terminal while scenarios run. Reads facts; nothing reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scenario._console.prompt import ask

if TYPE_CHECKING:
    from scenario._engine.facts import Fact
    from scenario._events.stream import Stream

__all__ = ["ask", "watch_run"]


def watch_run(facts: Stream[Fact], *, named: bool) -> None:
    """Show a run at the terminal, from its first fact to its last.

    Args:
        facts: The run's facts.
        named: Put the scenario's name on each line.
    """
    from scenario._console.view import RunView  # noqa: PLC0415 - rich is only loaded when something is shown

    facts.subscribe(RunView(named=named).show)
