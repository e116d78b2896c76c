"""What JUnit's files say of the runs of a test. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scenario.report.reporter import PlayedRun


def properties_of(runs: Sequence[PlayedRun]) -> list[tuple[str, str]]:
    """A property for each run: its scenario, and what came of it in a line."""
    return [(f"scenario {run.summary().name}", _words(run)) for run in runs]


def _words(run: PlayedRun) -> str:
    told = run.summary()
    parts = [
        told.verdict.value,
        *([f"fault of the {told.fault}"] if told.fault else []),
        *([] if told.turns is None else [f"{told.turns} turns"]),
        *([] if told.total_time is None else [f"{told.total_time:.2f} s"]),
        *([told.usage] if told.usage else []),
    ]
    return ", ".join(parts)
