"""Making a call, or remembering what came of it: the order of things, and the two ways to carry it out."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from scenario._cache.codec import CannotReadError
from scenario._cache.database import CacheFile, CacheFiles, Entry
from scenario._cache.flights import (
    Abandoned,
    Circle,
    Failed,
    Follow,
    Key,
    Landed,
    Landing,
    Lead,
    flights,
    held,
)
from scenario._cache.remembered import Remembered
from scenario._redaction import redactor

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors

FOLDER: Final = "SCENARIO_CACHE_DIR"
files: Final = CacheFiles()


def cache_folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where results are kept: ``SCENARIO_CACHE_DIR``, or ``~/.scenario/cache``; None if the variable is empty."""
    named = environment.get(FOLDER)
    if named is None:
        return Path.home() / ".scenario" / "cache"
    return Path(named).expanduser().absolute() if named else None


@dataclass(frozen=True, slots=True)
class Make:
    """Make the call; the answer is a `Made` or a `Threw`."""

    key: Key


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for somebody else's call; the answer is its landing."""

    landing: Future[Landing]


@dataclass(frozen=True, slots=True)
class Use:
    """Do something with the file, which may take a moment; the answer is what comes of it."""

    do: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Made:
    """The call returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Threw:
    """The call raised."""

    error: BaseException


End: TypeAlias = Made | Threw
Effects: TypeAlias = Generator[Make | Wait | Use, Any, End]


class _Warned:
    """Which functions were warned about: one object for the process, so that each is named once."""

    def __init__(self) -> None:
        self._names: set[str] = set()

    def about(self, function: str) -> None:
        if function not in self._names:
            self._names.add(function)
            warnings.warn(
                f"{function} returned something that looks like a secret, so it is not written to the cache. "
                "See docs/secrets.md for what counts as one.",
                stacklevel=2,
            )


_warned = _Warned()


def recall(remembered: Remembered, label: str, key: str, file: CacheFile) -> Effects:
    """Find a result, or have the call made once and its result kept.

    A call that raises an exception raises it for all who wait for it, and nothing is kept. When the one who makes it is
    cancelled, one of those who wait makes it.
    """
    call: Key = (str(file.path), key)
    while True:
        found = yield from _find(remembered, file, key)
        if found is not None:
            return found
        holding = held.get()
        part = flights.join(call, holding)
        match part:
            case Circle():
                return (yield Make(call))
            case Lead():
                return (yield from _lead(remembered, Entry(key, label, remembered.name, ""), call, file))
            case Follow():
                try:
                    landing: Landing = yield Wait(part.landing)
                finally:
                    flights.leave(call, holding)
                match landing:
                    case Landed():
                        return Made(remembered.from_payload(landing.payload))
                    case Failed():
                        return Threw(landing.error)
                    case Abandoned():
                        continue


def _lead(remembered: Remembered, entry: Entry, call: Key, file: CacheFile) -> Effects:
    try:
        found = yield from _find(remembered, file, entry.key)  # it may have landed since we looked
        if found is not None:
            return found
        end: End = yield Make(call)
        match end:
            case Threw(Exception() as error):
                flights.tell(call, Failed(error))
            case Threw():
                flights.tell(call, Abandoned())
            case Made():
                try:
                    tree, payload = remembered.to_payload(end.value)
                except Exception as error:  # noqa: BLE001 - people's own `serialize` may raise anything
                    flights.tell(call, Failed(error))
                    return Threw(error)
                flights.tell(call, Landed(payload))
                clean = redactor()
                if clean.data(tree) == tree:
                    kept = Entry(entry.key, clean.text(entry.label), entry.function, payload)
                    yield Use(lambda: file.keep(kept))
                else:
                    _warned.about(remembered.name)
        return end
    finally:
        flights.land(call)


def _find(remembered: Remembered, file: CacheFile, key: str) -> Generator[Make | Wait | Use, Any, End | None]:
    payload: str | None = yield Use(lambda: file.find(key))
    try:
        return None if payload is None else Made(remembered.from_payload(payload))
    except CannotReadError:
        return None  # a class of it has changed or is not there: the call is made anew


def call_now(effects: Effects, make: Callable[[], Any]) -> Any:
    """Carry it out for a plain function."""
    answer: Any = None
    try:
        while True:
            match effects.send(answer):
                case Make() as wanted:
                    token = held.set(held.get() | {wanted.key})
                    try:
                        answer = Made(make())
                    except BaseException as error:  # noqa: BLE001 - it is raised again, at the end
                        answer = Threw(error)
                    finally:
                        held.reset(token)
                case Wait() as wanted:
                    answer = wanted.landing.result()
                case Use() as wanted:
                    answer = wanted.do()
    except StopIteration as stopped:
        end: End = stopped.value
    finally:
        effects.close()
    return _value(end)  # out here, so that what it raises has no context of ours


async def call_later(effects: Effects, make: Callable[[], Awaitable[Any]]) -> Any:
    """Carry it out for an asynchronous function; nothing blocks the loop."""
    answer: Any = None
    try:
        while True:
            match effects.send(answer):
                case Make() as wanted:
                    token = held.set(held.get() | {wanted.key})
                    try:
                        answer = Made(await make())
                    except BaseException as error:  # noqa: BLE001 - it is raised again, at the end
                        answer = Threw(error)
                    finally:
                        with suppress(ValueError):  # closed by a collector, in another context
                            held.reset(token)
                case Wait() as wanted:
                    answer = await asyncio.wrap_future(wanted.landing)
                case Use() as wanted:
                    answer = await asyncio.wrap_future(files.worker().submit(wanted.do))
    except StopIteration as stopped:
        end: End = stopped.value
    finally:
        effects.close()
    return _value(end)  # out here, so that what it raises has no context of ours


def _value(end: End) -> Any:
    match end:
        case Made():
            return end.value
        case Threw():
            raise end.error


def open_file() -> CacheFile | None:
    """The file to use now; None if the cache is off."""
    try:
        folder = cache_folder()
    except RuntimeError:  # there is no home
        return None
    return None if folder is None else files.at(folder)


def start(
    remembered: Remembered, label: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Effects | None:
    """What is to be done for a call; None if it is simply made."""
    file = open_file()
    if file is None:
        return None
    key = remembered.key(label, args, kwargs)
    return None if key is None else recall(remembered, label, key, file)
