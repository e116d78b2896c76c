"""Cassettes as files: which file a scenario has, and reading and writing it, whoever else does so."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from scenario._replay.cassette import (
    BrokenCassetteError,
    Cassette,
    Entry,
    NewerFormatError,
    Take,
    from_text,
    to_text,
)
from scenario._replay.normal import normal
from scenario.errors import CassetteError

_LONGEST: Final = 80
_OF_ONE_CALL: Final = frozenset({"seconds", "request_id", "attempts"})


def path_of(folder: Path, scenario: str, set_id: str) -> Path:
    """The file of a scenario.

    It is named after the scenario. Where that leaves something out, and in any set but ``default``, a few letters are
    added that tell it apart.
    """
    simple = unicodedata.normalize("NFKC", scenario).lower()
    slug = re.sub(r"[^\w]+", "-", simple).strip("-_")[:_LONGEST].rstrip("-_") or "scenario"
    if set_id == "default" and slug.replace("-", " ") == scenario:
        return folder / f"{slug}.json"
    whole = f"{set_id}\n{scenario}"
    return folder / f"{slug}-{hashlib.sha256(whole.encode()).hexdigest()[:6]}.json"


def read(path: Path) -> Cassette | None:
    """The cassette of a file; None when there is no file.

    Raises:
        CassetteError: The file cannot be used.
    """
    try:
        return from_text(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except BrokenCassetteError as error:
        raise CassetteError(
            f"The cassette {path} {error}. Restore it, or delete it and record the scenario anew with "
            "SCENARIO_REPLAY=record.",
            path=str(path),
        ) from error
    except NewerFormatError as error:
        raise CassetteError(
            f"The cassette {path} has format {error}, which a later version of agent-scenario wrote. Upgrade "
            "agent-scenario, or delete the file and record the scenario anew.",
            path=str(path),
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CassetteError(
            f"The cassette {path} cannot be read: {error}. Mend or delete it.", path=str(path)
        ) from error


def keep(path: Path, scenario: str, set_id: str, take: Take) -> None:
    """Put a take into a scenario's file, in the place of the one that was there. An equal one stays as it is.

    Raises:
        CassetteError: The file cannot be used, or not be written; it is as it was then.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _locked(path):
            cassette = read(path) or Cassette(scenario, set_id)
            before = cassette.take(*take.place)
            if before is None or _essence(before) != _essence(take):
                _write(path, to_text(cassette.with_take(take)))
    except OSError as error:
        raise CassetteError(
            f"The cassette {path} cannot be written: {error}. Mend that, or name another folder with `cassettes`.",
            path=str(path),
        ) from error


def _essence(take: Take) -> list[tuple[object, ...]]:
    """What makes a take different from another: all but how long it took and what was numbered at random."""
    return [(entry.channel, entry.kind, entry.together, entry.request, _reply(entry)) for entry in take.calls]


def _reply(entry: Entry) -> object:
    reply = normal(entry.reply) if isinstance(entry.reply, dict) else entry.reply
    if not isinstance(reply, dict):
        return reply
    return {name: value for name, value in reply.items() if name not in _OF_ONE_CALL}


def _write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}-", suffix=".tmp", dir=path.parent)
    unfinished = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        unfinished.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        unfinished.replace(path)
    except BaseException:  # whatever it is: no unfinished file stays; raised again
        unfinished.unlink(missing_ok=True)
        raise


@contextmanager
def _locked(path: Path) -> Generator[None]:
    """Be the only one, of all threads and processes of this user, that changes a file."""
    whole = f"{path.resolve()}\n{os.environ.get('USER', '')}"
    name = f"scenario-cassette-{hashlib.sha256(whole.encode()).hexdigest()[:24]}.lock"
    with (Path(tempfile.gettempdir()) / name).open("a+b") as file:
        _lock(file.fileno())
        yield


if os.name == "nt":

    def _lock(handle: int) -> None:
        """Lock an open file until it is closed."""
        import msvcrt  # noqa: PLC0415 - it is on Windows only

        while True:
            try:
                return msvcrt.locking(handle, msvcrt.LK_LOCK, 1)  # pyright: ignore[reportAttributeAccessIssue]
            except OSError:  # it gives up after ten seconds
                continue

else:

    def _lock(handle: int) -> None:
        """Lock an open file until it is closed."""
        import fcntl  # noqa: PLC0415 - it is on Unix only

        fcntl.flock(handle, fcntl.LOCK_EX)
