"""What people say of verdicts: right or wrong, with a note. Kept beside the runs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import Enum

from sqlalchemy import delete, insert, select

from scenario.store import schema
from scenario.store.open import RunStore
from scenario.store.plain import clean
from scenario.store.verdicts import statuses
from scenario.types import CriterionStatus


class LabelKind(str, Enum):
    """What a person says of a verdict."""

    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Label:
    """A label.

    Attributes:
        run_id: The run.
        batch_id: Its batch.
        name: The scenario's name.
        criterion: The criterion.
        kind: Whether the verdict was right.
        note: Why.
        status: The verdict that was labelled.
        at: When, in seconds since the Unix epoch.
    """

    run_id: str
    batch_id: str
    name: str
    criterion: str
    kind: LabelKind
    note: str
    status: CriterionStatus
    at: float


def set_label(
    store: RunStore, run_id: str, criterion: str, kind: LabelKind, note: str = "", *, now: float | None = None
) -> Label | None:
    """Label a verdict. A label that is there is replaced.

    Args:
        store: An open store.
        run_id: The run.
        criterion: The criterion, word for word.
        kind: Whether the verdict was right.
        note: Why.
        now: The time, in seconds since the Unix epoch.

    Returns:
        The label; None when the run has no verdict about such a criterion.
    """
    status = statuses(store, [run_id]).get(run_id, {}).get(criterion)
    if status is None:
        return None
    table = schema.label
    row = {
        "run_id": run_id,
        "criterion": criterion,
        "label": kind.value,
        "note": clean(note),
        "status": status.value,
        "at": time.time() if now is None else now,
    }
    is_it = (table.c.run_id == run_id) & (table.c.criterion == criterion)
    with store.writing() as connection:
        if connection.scalar(select(schema.run.c.id).where(schema.run.c.id == run_id)) is None:
            return None  # it was removed a moment ago
        connection.execute(delete(table).where(is_it))
        connection.execute(insert(table), row)
    return next((label for label in labels(store, run=run_id) if label.criterion == criterion), None)


def remove_label(store: RunStore, run_id: str, criterion: str) -> bool:
    """Remove a label; False when there is none."""
    table = schema.label
    with store.writing() as connection:
        gone = connection.execute(
            delete(table).where(table.c.run_id == run_id, table.c.criterion == criterion)
        )
    return gone.rowcount > 0


def labels(store: RunStore, *, batch: str | None = None, run: str | None = None) -> list[Label]:
    """The labels, oldest first.

    Args:
        store: An open store.
        batch: Only those of runs of this batch.
        run: Only those of this run.
    """
    label = schema.label.c
    wanted = (
        select(schema.label, schema.run.c.batch_id, schema.scenario.c.name)
        .join(schema.run, label.run_id == schema.run.c.id)
        .join(schema.scenario, schema.run.c.scenario_id == schema.scenario.c.id)
        .order_by(label.at, label.run_id, label.criterion)
    )
    if batch is not None:
        wanted = wanted.where(schema.run.c.batch_id == batch)
    if run is not None:
        wanted = wanted.where(label.run_id == run)
    with store.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
    return [
        Label(
            run_id=row["run_id"],
            batch_id=row["batch_id"],
            name=row["name"],
            criterion=row["criterion"],
            kind=LabelKind(row["label"]),
            note=row["note"],
            status=CriterionStatus(row["status"]),
            at=row["at"],
        )
        for row in rows
    ]
