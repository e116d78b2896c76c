"""Who plays which trials of a batch: a claim in the store, so that no two processes play the same trial at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from scenario._utils.ids import generate_id
from scenario.errors import ConfigError
from scenario.suite.batch import written_by
from scenario.suite.plan import Planned

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from scenario.store.open import RunStore
    from scenario.store.place import Place

EVERY: Final = 3.0
"""Seconds between two signs of life of a claim."""

Trials = Mapping[str, Sequence[int]]
"""The numbers of the trials that are claimed, by the identity of their scenario."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who plays trials of a batch.

    Attributes:
        host: The name of the machine.
        pid: The number of the process there.
        started_at: Since when, in seconds since the Unix epoch.
        last_seen: When it last gave a sign of life, likewise.
        trials: What it plays.
    """

    host: str
    pid: int
    started_at: float
    last_seen: float
    trials: Trials

    def refusal(self, batch_id: str, wanted: Trials, now: float) -> str:
        """What to tell somebody who wants to play some of the same trials."""
        since = datetime.fromtimestamp(self.started_at).astimezone()
        return (
            f"The batch {batch_id} is being played already: process {self.pid} on {self.host} has held "
            f"{overlap(self.trials, wanted)} of these trials since {since:%Y-%m-%d %H:%M:%S}, and gave its last sign of "
            f"life {max(0.0, now - self.last_seen):.0f} s ago. Wait until it has ended; to share a batch out, give each "
            "process a part of its own: --shard 1/2 and --shard 2/2."
        )


class Claim:
    """Trials that this process plays, as the store knows it. It gives signs of life until it is released.

    Args:
        store: An open store, which the claim closes.
        claim_id: Its id there.
        on_loss: Called, on a thread of the claim's, when somebody else has taken over.
        every: Seconds between two signs of life.
    """

    def __init__(
        self, store: RunStore, claim_id: str, on_loss: Callable[[], None], *, every: float = EVERY
    ) -> None:
        self.id = claim_id
        self._store = store
        self._on_loss = on_loss
        self._every = every
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._live, name="scenario-claim", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Let others play these trials. A store that cannot be written is passed over: the claim is soon too old."""
        from sqlalchemy import delete  # noqa: PLC0415 - loaded where there is a store

        from scenario.store import schema  # noqa: PLC0415 - likewise
        from scenario.store.open import FAILURES  # noqa: PLC0415 - likewise

        if self._released.is_set():
            return
        self._released.set()
        self._thread.join()
        try:
            with self._store.writing() as connection:
                connection.execute(delete(schema.claim).where(schema.claim.c.id == self.id))
        except FAILURES:
            pass
        self._store.close()

    def _live(self) -> None:
        from scenario.store.open import FAILURES  # noqa: PLC0415 - loaded where there is a store

        while not self._released.wait(self._every):
            try:
                is_there = self._beat()
            except FAILURES:
                continue  # it is tried again, and what is too old is for others to take
            if not is_there:
                self._on_loss()
                return

    def _beat(self) -> bool:
        from sqlalchemy import update  # noqa: PLC0415 - loaded where there is a store

        from scenario.store import schema  # noqa: PLC0415 - likewise

        with self._store.writing() as connection:
            own = update(schema.claim).where(schema.claim.c.id == self.id)
            return connection.execute(own.values(last_seen=time.time())).rowcount > 0


def claim(
    place: Place,
    batch_id: str,
    planned: Iterable[Planned],
    on_loss: Callable[[], None] = lambda: None,
    *,
    every: float = EVERY,
) -> Claim:
    """Claim trials of a batch for this process, before what is stored of them is looked at.

    What a process claimed that is gone, or that gave no sign of life for `scenario.store.heartbeat.STALE` seconds, is
    taken over.

    Args:
        place: The store; it is made if it is not there, and so is the batch.
        batch_id: The batch.
        planned: The trials.
        on_loss: Called, on a thread of the claim's, when somebody else has taken over.
        every: Seconds between two signs of life.

    Returns:
        The claim, to be released when the trials are played and stored.

    Raises:
        ConfigError: Somebody else plays some of these trials; or the store cannot be used.
    """
    from scenario.store import open_store  # noqa: PLC0415 - loaded where there is a store

    wanted = trials_of(planned)
    store = open_store(place, create=True)
    try:
        with written_by(place), store.writing() as connection:
            claim_id = _written(connection, batch_id, wanted)
    except BaseException:  # whatever it is: nothing stays open; raised again
        store.close()
        raise
    return Claim(store, claim_id, on_loss, every=every)


def trials_of(planned: Iterable[Planned]) -> dict[str, list[int]]:
    """The trials of a plan by the identity of their scenario."""
    found: dict[str, list[int]] = {}
    for each in planned:
        found.setdefault(each.trial.identity, []).append(each.trial.number)
    return found


def overlap(one: Trials, other: Trials) -> int:
    """How many trials are in both."""
    return sum(len(set(numbers) & set(other.get(identity, ()))) for identity, numbers in one.items())


def _written(connection: Connection, batch_id: str, wanted: Trials) -> str:
    """Write the claim, where nobody stands in its way."""
    from sqlalchemy import insert, select  # noqa: PLC0415 - loaded where there is a store

    from scenario.store import schema  # noqa: PLC0415 - likewise
    from scenario.store.dialects import insert_if_new  # noqa: PLC0415 - likewise
    from scenario.store.heartbeat import this_process  # noqa: PLC0415 - likewise
    from scenario.store.plain import to_json  # noqa: PLC0415 - likewise

    now, batch = time.time(), schema.batch
    connection.execute(insert_if_new(connection, batch), [{"id": batch_id, "started_at": now, "info": "{}"}])
    # Held until the transaction ends, so that of two who claim at once one sees the other.
    connection.execute(select(batch.c.id).where(batch.c.id == batch_id).with_for_update(key_share=True))
    for holder in _holders(connection, batch_id, now):
        if overlap(holder.trials, wanted):
            raise ConfigError(holder.refusal(batch_id, wanted, now), source=batch_id)
    life = this_process()
    row = {"batch_id": batch_id, "host": life.host, "space": life.space, "pid": life.pid}
    claim_id = generate_id("claim")
    row |= {"id": claim_id, "started_at": now, "last_seen": now, "trials": to_json(wanted)}
    connection.execute(insert(schema.claim), [row])
    return claim_id


def _holders(connection: Connection, batch_id: str, now: float) -> list[Holder]:
    """Those who play trials of the batch; the claims of those who are gone are removed."""
    from sqlalchemy import delete, select  # noqa: PLC0415 - loaded where there is a store

    from scenario.store import schema  # noqa: PLC0415 - likewise
    from scenario.store.heartbeat import is_gone  # noqa: PLC0415 - likewise
    from scenario.store.plain import from_json  # noqa: PLC0415 - likewise

    table = schema.claim
    found: list[Holder] = []
    rows: Sequence[Any] = connection.execute(select(table).where(table.c.batch_id == batch_id)).all()
    for row in rows:
        if is_gone(space=row.space, pid=row.pid, last_seen=row.last_seen, ended_at=None, now=now):
            connection.execute(delete(table).where(table.c.id == row.id))
        else:
            trials = from_json(row.trials)
            found.append(Holder(row.host, row.pid, row.started_at, row.last_seen, trials))
    return found
