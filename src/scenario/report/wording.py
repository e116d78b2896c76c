"""How a run is put into words, whoever shows them."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from scenario._text import shorten
from scenario._wording import counted

if TYPE_CHECKING:
    from scenario.report.session import RunSummary, Unmet

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """The text, with question marks for control characters (but not ends of lines) and halves of characters."""
    return _UNPRINTABLE.sub("?", "\n".join(str(text).splitlines()))


def page_text(text: str) -> str:
    """The text as text of an HTML page."""
    return escape(printable(text))


def measures(run: RunSummary) -> str:
    """How long a run was: its turns, its time, and the agent's part of it, as far as they are known."""
    known: list[str] = []
    if run.turns is not None:
        known.append(counted(run.turns, "turn"))
    if run.total_time is not None:
        known.append(f"{run.total_time:.2f} s")
    if run.agent_time is not None:
        known.append(f"agent {run.agent_time:.2f} s")
    if run.usage:
        known.append(f"models: {run.usage}")
    return ", ".join(known)


def unmet_lines(unmet: Unmet, width: int) -> list[str]:
    """A criterion that was not met: a line for the verdict and its reason, and one for each piece of evidence."""
    because = f": {shorten(unmet.reasoning, width)}" if unmet.reasoning else ""
    evidence = [f"  {shorten(each, width)}" for each in unmet.evidence]
    return [f"{unmet.status}: {shorten(unmet.criterion, width)}{because}", *evidence]
