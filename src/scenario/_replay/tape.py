"""The two tapes of a run: one that keeps what calls come to, and one that gives it back."""

from __future__ import annotations

import json
import threading
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from scenario._redaction import redactor
from scenario._replay.cassette import Entry
from scenario._replay.difference import difference, new_call
from scenario._replay.matching import Found, Missed, match
from scenario._replay.normal import normal
from scenario._replay.takes import TakePlace
from scenario._tape import JSON, TapedCall, current_tape, speaker, speech
from scenario.errors import ReplayMissError

__tracebackhide__ = True  # pytest leaves our frames out of the tracebacks of people's own errors


def plain(value: Any) -> JSON:
    """A copy that JSON can hold; what it cannot is named as text."""
    text = json.dumps(value, default=lambda item: f"<{type(item).__qualname__}>")
    return json.loads(text, parse_constant=str)


def _channel(call: TapedCall) -> str:
    return " / ".join(part for part in (speaker.get(), call.name) if part)


@dataclass(frozen=True)
class _Past:
    """The calls that the code that runs here has made before, one after the other.

    Tasks and threads begin with the past of the code that starts them, and none of them knows what the others call.

    Attributes:
        scope: The tape and the call of a player in which they were made.
        numbers: Which calls of the tape they are.
    """

    scope: object
    numbers: frozenset[int] = frozenset()


_past: ContextVar[_Past | None] = ContextVar("scenario_taped_before", default=None)


@dataclass
class _Slot:
    """A call that was begun, and its reply once it is there."""

    number: int
    channel: str
    call: TapedCall
    request: JSON
    past: _Past
    reply: JSON = None
    is_open: bool = True
    together: bool = False


def _in_any_order(earlier: _Slot, later: _Slot) -> bool:
    """Whether it is chance that one call began before the other.

    It is where they went on at the same time, and where they are of tasks or threads that a player's call has started:
    these may take turns without ever meeting.
    """
    is_beside = earlier.past.scope == later.past.scope and earlier.number not in later.past.numbers
    return earlier.is_open or is_beside


class RecordingTape:
    """Makes the calls, and keeps them with what they came to. Calls inside of a call are a part of it.

    Attributes:
        spoiled: Why the run cannot be replayed, as a sentence; empty when it can.
    """

    def __init__(self) -> None:
        self.spoiled = ""
        self._mark = object()
        self._slots: list[_Slot] = []
        self._lock = threading.Lock()

    async def play(self, call: TapedCall, perform: Callable[[], Awaitable[JSON]]) -> JSON:
        """Make a call; see `Tape`."""
        with self._under_way(call) as slot:
            reply = await perform()
        self._end(slot, reply)
        return reply

    def play_now(self, call: TapedCall, perform: Callable[[], JSON]) -> JSON:
        """Make a call of a plain function; see `Tape`."""
        with self._under_way(call) as slot:
            reply = perform()
        self._end(slot, reply)
        return reply

    def entries(self) -> tuple[Entry, ...]:
        """The calls, in the order in which they began, without their secrets.

        They are looked for again: a key may have become known after the call.
        """
        clean = redactor()
        with self._lock:
            return tuple(
                Entry(
                    clean.text(slot.channel),
                    slot.call.kind,
                    normal(clean.data(slot.request)),
                    clean.data(slot.reply),
                    slot.together,
                )
                for slot in self._slots
            )

    @contextmanager
    def _under_way(self, call: TapedCall) -> Generator[_Slot]:
        """A call while the body makes it; what the body calls is a part of it."""
        slot = self._begin(call)
        token = current_tape.set(None)
        try:
            yield slot
        except BaseException as error:  # whatever ended the call, it is not kept; raised again
            self._spoil(slot, error)
            raise
        finally:
            current_tape.reset(token)

    def _begin(self, call: TapedCall) -> _Slot:
        scope, past, request = (self._mark, speech.get()), _past.get(), compared(call)
        if past is None or past.scope != scope:
            past = _Past(scope)
        with self._lock:
            slot = _Slot(len(self._slots), _channel(call), call, request, past)
            for each in self._slots:
                if each.channel == slot.channel and _in_any_order(each, slot):
                    each.together = slot.together = True
            self._slots.append(slot)
        return slot

    def _end(self, slot: _Slot, reply: JSON) -> None:
        with self._lock:
            slot.reply, slot.is_open = plain(reply), False
        _past.set(_Past(slot.past.scope, slot.past.numbers | {slot.number}))

    def _spoil(self, slot: _Slot, error: BaseException) -> None:
        with self._lock:
            slot.is_open = False
            if isinstance(error, Exception):
                problem = f"failed ({type(error).__name__}: {redactor().text(str(error))})"
            else:
                problem = "was cut short"
            self.spoiled = self.spoiled or f"a call of `{slot.channel}` {problem}"


class ReplayingTape:
    """Answers calls from a take, and makes none.

    Args:
        place: Whose take it is.
        calls: The calls of the take; None when there is no such take.

    Attributes:
        missed: The first call that it did not know, as the error that it raised.
    """

    def __init__(self, place: TakePlace, calls: tuple[Entry, ...] | None) -> None:
        self.missed: ReplayMissError | None = None
        self._place = place
        self._is_there = calls is not None
        self._calls = calls or ()
        self._used: set[int] = set()
        self._lock = threading.Lock()

    async def play(self, call: TapedCall, perform: Callable[[], Awaitable[JSON]]) -> JSON:
        """Answer a call; see `Tape`."""
        del perform
        return self._answer(call)

    def play_now(self, call: TapedCall, perform: Callable[[], JSON]) -> JSON:
        """Answer a call of a plain function; see `Tape`."""
        del perform
        return self._answer(call)

    def left(self) -> list[str]:
        """The channels of the calls that were recorded and not made."""
        return [entry.channel for index, entry in enumerate(self._calls) if index not in self._used]

    def _answer(self, call: TapedCall) -> JSON:
        channel, request = _channel(call), compared(call)
        with self._lock:
            if self.missed is not None:  # somebody caught it; what would follow is worth nothing
                raise _again(self.missed) from self.missed
            found = match(self._calls, self._used, redactor().text(channel), call.kind, request)
            if isinstance(found, Found):
                self._used.add(found.index)
                return plain(self._calls[found.index].reply)
            self.missed = _miss(self._place, self._is_there, channel, found, call, request)
            raise self.missed


def compared(call: TapedCall) -> JSON:
    """A call's request as it is compared and recorded."""
    return normal(redactor().data(plain(call.request)))


def _again(missed: ReplayMissError) -> ReplayMissError:
    return ReplayMissError(
        str(missed),
        scenario=missed.scenario,
        channel=missed.channel,
        position=missed.position,
        cassette=missed.cassette,
    )


def _miss(
    place: TakePlace, is_there: bool, channel: str, missed: Missed, call: TapedCall, request: JSON
) -> ReplayMissError:
    which = f"Call {missed.position} of `{channel}` in the scenario `{place.scenario}`"
    if not is_there:
        told = [f"{which} cannot be replayed: {place.says_none()}"]
        advice = "Record the scenario:"
    else:
        told = _compared_in_words(which, place.shown(), missed, call, request)
        advice = "If this is as you want it, record the scenario anew:"
    lines = [*told, advice, f"  {place.command()}"]
    return ReplayMissError(
        "\n".join(lines),
        scenario=place.scenario,
        channel=channel,
        position=missed.position,
        cassette=str(place.path),
    )


def _compared_in_words(
    which: str, file: str, missed: Missed, call: TapedCall, request: JSON
) -> Sequence[str]:
    if missed.nearest is None:
        return [f"{which} is not in {file}.", *new_call(missed, call.kind, request)]
    head = f"{which} is not the one that is recorded in {file}."
    if missed.nearest.request == request:
        return [head, f"What it asks was recorded as call {missed.nearest_position}: the order has changed."]
    is_next = missed.nearest_position == missed.position
    whom = "the recording" if is_next else f"the nearest recording, call {missed.nearest_position}"
    legend = f"What differs from {whom} (- recorded, + asked now):"
    return [head, legend, *difference(missed.nearest, call.kind, request)]
