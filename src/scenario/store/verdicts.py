"""The last verdict about each criterion of many runs, without the conversations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from scenario.store import schema
from scenario.store.open import RunStore
from scenario.types import CriterionStatus

_OWN: Final = ("checkpoint", "final")
_AT_ONCE: Final = 500


def statuses(store: RunStore, run_ids: Sequence[str]) -> dict[str, dict[str, CriterionStatus]]:
    """What was found about each criterion, in the order in which they were first judged.

    Those of the runs themselves: what was judged again later does not count.

    Args:
        store: An open store.
        run_ids: The runs.

    Returns:
        For each run that was judged the status of each criterion.
    """
    verdict, judgement = schema.verdict.c, schema.judgement.c
    found: dict[str, dict[str, CriterionStatus]] = {}
    with store.reading() as connection:
        for start in range(0, len(run_ids), _AT_ONCE):
            wanted = (
                select(verdict.run_id, verdict.criterion, verdict.status)
                .join(
                    schema.judgement,
                    (judgement.run_id == verdict.run_id) & (judgement.number == verdict.judgement),
                )
                .where(verdict.run_id.in_(run_ids[start : start + _AT_ONCE]), judgement.kind.in_(_OWN))
                .order_by(verdict.run_id, verdict.judgement, verdict.position)
            )
            for run_id, criterion, status in connection.execute(wanted):
                found.setdefault(run_id, {})[criterion] = CriterionStatus(status)
    return found
