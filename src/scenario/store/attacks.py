"""What an attacker told of its attack in the result of a run, as it was stored."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from scenario._engine.facts import Concluded
from scenario.store import schema
from scenario.store.open import RunStore
from scenario.store.plain import from_json


def attack_of(store: RunStore, run_id: str) -> dict[str, Any] | None:
    """The report of a run's attack as plain data; None while it goes on, and when nobody attacked in it.

    Args:
        store: An open store.
        run_id: The run.
    """
    fact = schema.fact.c
    wanted = select(fact.data).where(fact.run_id == run_id, fact.kind == Concluded.__name__)
    with store.reading() as connection:
        data = connection.scalars(wanted.order_by(fact.number.desc()).limit(1)).first()
    result = {} if data is None else from_json(data).get("result")
    found = result.get("attack") if isinstance(result, dict) else None
    return found if isinstance(found, dict) else None
