"""What was said and judged in whole batches, read at once: for reports over thousands of runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, Table, select

from scenario.store import schema
from scenario.store.codec import read_verdict
from scenario.store.open import RunStore
from scenario.store.plain import from_json
from scenario.store.reading import read_message
from scenario.store.rows import Judgement, MessageRow
from scenario.types import CriterionResult

_JUDGEMENT = ("number", "kind", "judge", "turn", "at", "passed", "reasoning")
_OWN = frozenset({"checkpoint", "final"})
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a run holds beside its row.

    Attributes:
        messages: What was said, without what was rolled back. Large media are marks.
        judgements: What was judged, in order.
    """

    messages: tuple[MessageRow, ...] = ()
    judgements: tuple[Judgement, ...] = ()

    @property
    def verdicts(self) -> tuple[CriterionResult, ...]:
        """The last verdict about each criterion, in the order in which they were first judged.

        Those of the run itself: what was judged again later does not change what it came to.
        """
        own = [each for each in self.judgements if each.kind in _OWN]
        return tuple({verdict.criterion: verdict for each in own for verdict in each.verdicts}.values())


def conversations(store: RunStore, run_ids: Sequence[str]) -> dict[str, Conversation]:
    """The conversations of runs.

    Args:
        store: An open store.
        run_ids: The runs.

    Returns:
        One for each of them, by its id; an empty one where nothing was said.
    """
    found: dict[str, Conversation] = {}
    with store.reading() as connection:
        for start in range(0, len(run_ids), _AT_ONCE):
            some = run_ids[start : start + _AT_ONCE]
            messages = _messages(connection, some)
            judgements = _judgements(connection, some)
            for run_id in some:
                said, judged = messages.get(run_id, ()), judgements.get(run_id, ())
                found[run_id] = Conversation(tuple(said), tuple(judged))
    return found


def _messages(connection: Connection, run_ids: Sequence[str]) -> dict[str, list[MessageRow]]:
    message = schema.message.c
    wanted = _of_runs(schema.message, run_ids).where(message.removed_by.is_(None))
    found: dict[str, list[MessageRow]] = {}
    for row in _rows(connection, wanted.order_by(message.run_id, message.position)):
        found.setdefault(row["run_id"], []).append(read_message(row))
    return found


def _judgements(connection: Connection, run_ids: Sequence[str]) -> dict[str, list[Judgement]]:
    verdict, judgement = schema.verdict.c, schema.judgement.c
    verdicts: dict[tuple[str, int], list[CriterionResult]] = {}
    in_order = (verdict.run_id, verdict.judgement, verdict.position)
    for row in _rows(connection, _of_runs(schema.verdict, run_ids).order_by(*in_order)):
        place = (row["run_id"], row["judgement"])
        verdicts.setdefault(place, []).append(read_verdict(from_json(row["data"])))
    found: dict[str, list[Judgement]] = {}
    wanted = _of_runs(schema.judgement, run_ids).order_by(judgement.run_id, judgement.number)
    for row in _rows(connection, wanted):
        held = tuple(verdicts.get((row["run_id"], row["number"]), ()))
        told = {name: row[name] for name in _JUDGEMENT}
        found.setdefault(row["run_id"], []).append(Judgement(**told, verdicts=held))
    return found


def _of_runs(table: Table, run_ids: Sequence[str]) -> Select[Any]:
    return select(table).where(table.c.run_id.in_(run_ids))


def _rows(connection: Connection, wanted: Select[Any]) -> Iterator[Mapping[Any, Any]]:
    yield from connection.execute(wanted).mappings()
