"""Which recorded call answers a call. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from scenario._replay.cassette import Entry
from scenario._replay.parts import parts_of
from scenario._tape import JSON, CallKind

_MOST_COMPARED: Final = 20
_CLEARLY: Final = 0.2


@dataclass(frozen=True)
class Found:
    """The recorded call.

    Attributes:
        index: Its place in the take, counted from 0.
    """

    index: int


@dataclass(frozen=True)
class Missed:
    """There is none.

    Attributes:
        position: Which call of its channel it would be, counted from 1.
        recorded: How many calls of the channel are recorded.
        nearest: The recorded call that is most like it among those that are left, or None.
        nearest_position: Which call of its channel that one is.
    """

    position: int
    recorded: int
    nearest: Entry | None
    nearest_position: int = 0


def match(
    calls: Sequence[Entry], used: Collection[int], channel: str, kind: CallKind, request: JSON
) -> Found | Missed:
    """The recorded call that answers a call.

    It is the next one of its channel, if what was asked is equal. Where the order of calls is chance, as with those of
    several tasks or threads, the next equal one is taken.

    Args:
        calls: The calls of the take.
        used: The places of those that have answered.
        channel: Whose call it is.
        kind: What is called.
        request: What is asked, as it is compared.
    """
    own = [index for index, entry in enumerate(calls) if entry.channel == channel]
    left = [index for index in own if index not in used]
    for index in left:
        entry = calls[index]
        if entry.kind is kind and entry.request == request:
            return Found(index)
        if not entry.together:
            break
    position = len(own) - len(left) + 1
    if not left:
        return Missed(position, len(own), None)
    nearest = _nearest(calls, left[:_MOST_COMPARED], kind, request)
    return Missed(position, len(own), calls[nearest], own.index(nearest) + 1)


def _nearest(calls: Sequence[Entry], left: Sequence[int], kind: CallKind, request: JSON) -> int:
    """The next recorded call, unless another one is clearly more like this one."""
    asked = _lines(kind, request)
    likeness = {
        index: SequenceMatcher(None, _lines(calls[index].kind, calls[index].request), asked).ratio()
        for index in left
    }
    best = max(left, key=lambda index: likeness[index])
    return best if likeness[best] > likeness[left[0]] + _CLEARLY else left[0]


def _lines(kind: CallKind, request: JSON) -> list[str]:
    return [line for part in parts_of(kind, request) for line in part.text.splitlines()]
