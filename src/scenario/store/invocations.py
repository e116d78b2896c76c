"""What is known of batches beside their runs: where the code stood, and which tags people gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select

from scenario.store import schema
from scenario.store.open import RunStore
from scenario.store.plain import from_json


@dataclass(frozen=True, slots=True)
class Invocation:
    """A batch, and what its invocation told of itself.

    Attributes:
        id: Its id.
        started_at: When it began, in seconds since the Unix epoch.
        info: What was told, such as ``branch``, ``commit`` and ``tags``.
    """

    id: str
    started_at: float
    info: Mapping[str, Any]

    @property
    def branch(self) -> str:
        """The branch that was played, or nothing."""
        return str(self.info.get("branch") or "")

    @property
    def commit(self) -> str:
        """The commit that was played, or nothing."""
        return str(self.info.get("commit") or "")

    @property
    def tags(self) -> tuple[str, ...]:
        """Names that people gave it."""
        tags = self.info.get("tags")
        return tuple(str(tag) for tag in tags) if isinstance(tags, list) else ()


def invocations(store: RunStore) -> list[Invocation]:
    """All batches that have runs, newest first.

    Args:
        store: An open store.
    """
    batch = schema.batch
    wanted = (
        select(batch)
        .where(exists().where(schema.run.c.batch_id == batch.c.id))
        .order_by(batch.c.started_at.desc(), batch.c.id.desc())
    )
    with store.reading() as connection:
        rows = connection.execute(wanted).mappings().all()
    return [Invocation(row["id"], row["started_at"], from_json(row["info"])) for row in rows]
