"""The batch of a run in the store: what the invocation says of itself, and how it ended."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenario.errors import ConfigError
from scenario.store.place import Place
from scenario.store.rows import RunRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

_GIT_SECONDS = 5


def code_state(folder: Path | None = None) -> dict[str, Any]:
    """Where the code stands: ``commit`` and ``branch`` of git, and ``changed`` when there are changes on top.

    Args:
        folder: A folder of the repository; the working directory by default.

    Returns:
        What git knows; nothing without git or outside of a repository.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return {}
    branch = _git(folder, "rev-parse", "--abbrev-ref", "HEAD")
    changed = bool(_git(folder, "status", "--porcelain", "--untracked-files=no"))
    return {"commit": commit, "branch": branch, "changed": changed}


def write_batch(
    place: Place, batch_id: str, info: Mapping[str, Any], *, started_at: float | None = None
) -> None:
    """Keep what is known of a batch. What was known before and is not given now stays.

    Of a batch that is played in several shards no shard is kept, so that whoever goes on with it plays what is missing
    of all of them.

    Args:
        place: The store; it is made if it is not there.
        batch_id: The batch.
        info: What is known, as plain data.
        started_at: When it began, in seconds since the Unix epoch; now by default.

    Raises:
        ConfigError: The store cannot be used.
    """
    from scenario.store import open_store  # noqa: PLC0415 - loaded where there is a store

    moment = time.time() if started_at is None else started_at
    with open_store(place, create=True) as store, written_by(place), store.writing() as connection:
        _write(connection, batch_id, info, moment)


@contextmanager
def written_by(place: Place) -> Generator[None]:
    """Says what is wrong when the store refuses what the body writes.

    Raises:
        ConfigError: It is full, read-only, locked, or gone.
    """
    from scenario.store.open import FAILURES, reason_of  # noqa: PLC0415 - loaded where there is a store

    try:
        yield
    except FAILURES as error:
        raise ConfigError(
            f"The store {place} cannot be written: {reason_of(error)}. Mend that, or name another with SCENARIO_STORE.",
            source=str(place),
        ) from error


def _write(connection: Connection, batch_id: str, info: Mapping[str, Any], started_at: float) -> None:
    from sqlalchemy import select, update  # noqa: PLC0415 - loaded where there is a store

    from scenario.store import schema  # noqa: PLC0415 - likewise
    from scenario.store.dialects import insert_if_new  # noqa: PLC0415 - likewise
    from scenario.store.plain import from_json, plain, to_json  # noqa: PLC0415 - likewise

    batch = schema.batch
    row = {"id": batch_id, "started_at": started_at, "info": "{}"}
    connection.execute(insert_if_new(connection, batch), [row])
    stored = select(batch.c.info).where(batch.c.id == batch_id).with_for_update(key_share=True)
    known = from_json(connection.scalars(stored).one())
    text = to_json(plain(_merged(known, info)))
    connection.execute(update(batch).where(batch.c.id == batch_id).values(info=text))


def batch_info(place: Place, batch_id: str) -> dict[str, Any]:
    """What is known of a batch.

    Raises:
        ConfigError: The store cannot be used, or has no such batch.
    """
    from sqlalchemy import select  # noqa: PLC0415 - loaded where there is a store

    from scenario.store import open_store, schema  # noqa: PLC0415 - likewise
    from scenario.store.plain import from_json  # noqa: PLC0415 - likewise

    batch = schema.batch
    with open_store(place) as store, store.reading() as connection:
        found = connection.scalars(select(batch.c.info).where(batch.c.id == batch_id)).first()
    if found is None:
        raise ConfigError(
            f"The store {place} has no batch {batch_id!r}. `scenario runs` lists what is there.",
            source=str(place),
        )
    return from_json(found)


def batch_runs(place: Place, batch_id: str) -> list[RunRow]:
    """The runs of a batch, the newest first.

    Raises:
        ConfigError: The store cannot be used.
    """
    from scenario.store import open_store, runs  # noqa: PLC0415 - loaded where there is a store

    with open_store(place) as store:
        return runs(store, batch=batch_id)


def newest_batch(place: Place) -> str | None:
    """The id of the newest batch that a suite was played in; None when there is none.

    Raises:
        ConfigError: The store cannot be used.
    """
    from sqlalchemy import select  # noqa: PLC0415 - loaded where there is a store

    from scenario.store import open_store, schema  # noqa: PLC0415 - likewise
    from scenario.store.plain import from_json  # noqa: PLC0415 - likewise

    batch = schema.batch
    newest = select(batch.c.id, batch.c.info).order_by(batch.c.started_at.desc(), batch.c.id.desc())
    with open_store(place) as store, store.reading() as connection:
        for row in connection.execute(newest):
            if "suite" in from_json(row.info):
                return str(row.id)
    return None


def _merged(known: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**known, **info}
    before, now = known.get("suite"), info.get("suite")
    if before and now and before.get("shard") != now.get("shard"):
        merged["suite"] = {**now, "shard": None}
    return merged


def _git(folder: Path | None, *arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - git, with arguments of ours
            ["git", *arguments],  # noqa: S607 - the one that people have on their path
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
