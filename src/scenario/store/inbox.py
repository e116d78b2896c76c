"""What clients sent and was accepted: kept in the store until it is worked in, so that nothing is lost between."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from sqlalchemy import Connection, delete, func, insert, select, update

from scenario.store import schema
from scenario.store.open import RunStore

MOST_BYTES: Final = 64 * 2**20
"""The most bytes of letters that are read at once."""


class LetterKind(str, Enum):
    """What a letter holds."""

    EVENT = "event"
    """An event of the protocol, as JSON."""
    SPANS = "spans"
    """Spans, as JSON of plain data."""
    REFUSED = "refused"
    """Something that could not be worked in; it is kept for who looks for it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that a client sent.

    Attributes:
        id: Its id.
        number: Its place among those that were taken in together.
        kind: What it holds.
        body: JSON.
    """

    id: str
    number: int
    kind: LetterKind
    body: bytes


def put_letters(store: RunStore, letters: Sequence[Letter]) -> None:
    """Keep letters: when this returns, they are there even if the process ends now."""
    now = time.time()
    rows = [
        {"id": each.id, "number": each.number, "kind": each.kind.value, "at": now, "body": each.body}
        for each in letters
    ]
    with store.writing() as connection:
        connection.execute(insert(schema.inbox), rows)


def waiting(store: RunStore, *, limit: int = 100, most: int = MOST_BYTES) -> list[Letter]:
    """The letters that are not worked in, oldest first; those that were refused left out.

    Args:
        store: An open store.
        limit: The most to return.
        most: The most bytes of all together; the first is returned however large it is.
    """
    inbox = schema.inbox.c
    wanted = (
        select(inbox.id, func.length(inbox.body).label("size"))
        .where(inbox.kind != LetterKind.REFUSED.value)
        .order_by(inbox.at, inbox.number)
        .limit(limit)
    )
    with store.reading() as connection:
        ids: list[str] = []
        size = 0
        for row in connection.execute(wanted):
            size += row.size
            if ids and size > most:
                break
            ids.append(row.id)
        chosen = select(schema.inbox).where(inbox.id.in_(ids)).order_by(inbox.at, inbox.number)
        rows = connection.execute(chosen).mappings().all() if ids else []
    return [Letter(row["id"], row["number"], LetterKind(row["kind"]), row["body"]) for row in rows]


def remove_letters(connection: Connection, ids: Collection[str]) -> None:
    """Remove letters that were worked in."""
    connection.execute(delete(schema.inbox).where(schema.inbox.c.id.in_(ids)))


def refuse(store: RunStore, letter: Letter) -> None:
    """Keep a letter that cannot be worked in apart, so that it does not hold up others."""
    inbox = schema.inbox
    with store.writing() as connection:
        connection.execute(update(inbox).where(inbox.c.id == letter.id).values(kind=LetterKind.REFUSED.value))
