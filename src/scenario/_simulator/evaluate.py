"""Measures the guards on labelled replies: ``python -m scenario._simulator.evaluate FILE``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from scenario._simulator.guards import Background, Flaw, find_flaw

GOOD = "good"
LABELS = (Flaw.EMPTY.value, Flaw.REASONING.value, Flaw.ROLE.value, Flaw.LEAK.value, Flaw.REPEAT.value)


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled reply.

    Attributes:
        id: Its name.
        part: ``development`` (the guards were written with it in sight) or ``held-out``.
        language: Its language.
        label: ``good``, or the flaw that it has.
        found: What the guards say: ``good``, or a flaw.
    """

    id: str
    part: str
    language: str
    label: str
    found: str


@dataclass(frozen=True, slots=True)
class Score:
    """How often the guards were right.

    Attributes:
        label: Which flaw; ``any`` for whether something was found at all.
        hits: Replies with the flaw in which it was found.
        false_alarms: Replies without it in which it was found.
        misses: Replies with it in which it was not.
    """

    label: str
    hits: int
    false_alarms: int
    misses: int

    @property
    def precision(self) -> float:
        """The share of right ones among those found; 1 when nothing was found."""
        return self.hits / (self.hits + self.false_alarms) if self.hits + self.false_alarms else 1.0

    @property
    def recall(self) -> float:
        """The share of found ones among those that have it; 1 when there are none."""
        return self.hits / (self.hits + self.misses) if self.hits + self.misses else 1.0


def read_rows(lines: Iterable[str]) -> list[Row]:
    """Labelled replies, and what the guards say to them.

    Args:
        lines: A JSON object each: ``id``, ``part``, ``language``, ``label``, ``description``,
            ``conversation`` (pairs of a role and a text) and ``reply``.
    """
    return [_row(json.loads(line)) for line in lines if line.strip()]


def scores(rows: Sequence[Row]) -> list[Score]:
    """A score for each flaw, and the one for any flaw at the end."""
    return [
        *(_score(label, [(row.label == label, row.found == label) for row in rows]) for label in LABELS),
        _score("any", [(row.label != GOOD, row.found != GOOD) for row in rows]),
    ]


def write_report(rows: Sequence[Row], out: TextIO) -> None:
    """Write precision and recall by part, language and flaw, and the replies that were judged wrongly."""
    groups = {"all": list(rows)}
    for row in rows:
        groups.setdefault(row.part, []).append(row)
    for row in rows:
        groups.setdefault(row.language, []).append(row)
    for title, group in groups.items():
        out.write(f"{title}: {len(group)} replies, {sum(row.label == GOOD for row in group)} of them good\n")
        for score in scores(group):
            have = score.hits + score.misses
            out.write(
                f"  {score.label:<10} precision {score.precision:.2f}  recall {score.recall:.2f}  ({have})\n"
            )
    wrong = [row for row in rows if row.label != row.found]
    out.write("".join(f"wrong: {row.id} ({row.part}) is {row.label}, found {row.found}\n" for row in wrong))


def main(arguments: Sequence[str]) -> int:
    """Print the report of a file; the exit code says whether precision and recall reach 0.9."""
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m scenario._simulator.evaluate FILE\n")
        return 2
    rows = read_rows(Path(arguments[0]).read_text(encoding="utf-8").splitlines())
    write_report(rows, sys.stdout)
    overall = scores(rows)[-1]
    return 0 if min(overall.precision, overall.recall) >= 0.9 else 1  # noqa: PLR2004 - as promised above


def _row(data: dict[str, Any]) -> Row:
    conversation: list[tuple[str, str]] = data["conversation"]
    background = Background(
        own=[text for role, text in conversation if role == "user"],
        heard=[text for role, text in conversation if role == "assistant"],
        situation=data["description"],
    )
    finding = find_flaw(data["reply"], background)
    found = GOOD if finding is None else finding.flaw.value
    return Row(data["id"], data["part"], data["language"], data["label"], found)


def _score(label: str, pairs: Sequence[tuple[bool, bool]]) -> Score:
    return Score(
        label,
        sum(has and found for has, found in pairs),
        sum(found and not has for has, found in pairs),
        sum(has and not found for has, found in pairs),
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
