"""The file of a scenario's recordings: what is in it, and its form as text. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from scenario._tape import JSON, CallKind

FORMAT: Final = 1
_LONE: Final = re.compile("[\ud800-\udfff]")


class BrokenCassetteError(Exception):
    """A text that is no cassette. The text of the error says what is wrong, as the rest of a sentence."""


class NewerFormatError(Exception):
    """A cassette in a format that a later version of the library writes."""


@dataclass(frozen=True)
class Entry:
    """A call and what came of it.

    Attributes:
        channel: Whose call: the player's name, and the function's where it is one.
        kind: What was called.
        request: What was asked, in the form in which requests are compared.
        reply: What came of it.
        together: Whether it is chance that it comes before or after another call of the channel.
    """

    channel: str
    kind: CallKind
    request: JSON
    reply: JSON
    together: bool = False


@dataclass(frozen=True)
class Take:
    """One play of a scenario.

    Attributes:
        test: The test that played it, as ``file::test``; empty outside of tests.
        number: Which play of the scenario it was, counted from 1.
        calls: Its calls, in the order in which they began.
    """

    test: str
    number: int
    calls: tuple[Entry, ...]

    @property
    def place(self) -> tuple[str, int]:
        """What tells it from the other takes of its scenario."""
        return self.test, self.number


@dataclass(frozen=True)
class Cassette:
    """All recordings of a scenario.

    Attributes:
        scenario: The scenario's name.
        set_id: The set that it belongs to.
        takes: The recordings, in the order of tests and numbers.
    """

    scenario: str
    set_id: str
    takes: tuple[Take, ...] = ()

    def take(self, test: str, number: int) -> Take | None:
        """The take of this place, or None."""
        return next((take for take in self.takes if take.place == (test, number)), None)

    def with_take(self, take: Take) -> Cassette:
        """A cassette with this take in its place."""
        others = [each for each in self.takes if each.place != take.place]
        return replace(self, takes=tuple(sorted([*others, take], key=lambda each: each.place)))


def to_text(cassette: Cassette) -> str:
    """The text of a cassette: JSON for people, the same for the same recordings."""
    tree = {
        "format": FORMAT,
        "scenario": cassette.scenario,
        "set": cassette.set_id,
        "takes": [_take_data(take) for take in cassette.takes],
    }
    text = json.dumps(tree, ensure_ascii=False, allow_nan=False, indent=1)
    if _LONE.search(text):  # half of a letter, which no file can hold as it is
        text = json.dumps(tree, allow_nan=False, indent=1)
    return text + "\n"


def from_text(text: str) -> Cassette:
    """The cassette of a text. Nothing in it is executed.

    Raises:
        BrokenCassetteError: It is none, or not all of one, or was changed.
        NewerFormatError: It is one of a later version.
    """
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenCassetteError(f"is no JSON, or not all of it: {error}") from error
    fields = _mapping(tree, "the file")
    version = fields.get("format")
    if type(version) is not int or version < 1:
        raise BrokenCassetteError("does not say which format it has")
    if version > FORMAT:
        raise NewerFormatError(str(version))
    takes = tuple(_take(each) for each in _list(fields.get("takes"), "takes"))
    if len({take.place for take in takes}) != len(takes):
        raise BrokenCassetteError("holds a take twice")
    return Cassette(_text(fields, "scenario"), _text(fields, "set"), takes)


def _take_data(take: Take) -> dict[str, Any]:
    calls = [_entry_data(entry) for entry in take.calls]
    return {"test": take.test, "take": take.number, "checksum": _checksum(calls), "calls": calls}


def _entry_data(entry: Entry) -> dict[str, Any]:
    together = {"together": True} if entry.together else {}
    return {
        "channel": entry.channel,
        "kind": entry.kind.value,
        **together,
        "request": entry.request,
        "reply": entry.reply,
    }


def _take(data: Any) -> Take:
    fields = _mapping(data, "a take")
    number = fields.get("take")
    if type(number) is not int:
        raise BrokenCassetteError("holds a take without a number")
    calls = _list(fields.get("calls"), "calls")
    if "checksum" in fields and fields["checksum"] != _checksum(calls):
        raise BrokenCassetteError(
            f"is damaged, or was changed by hand: take {number} does not fit its checksum. If you changed it on "
            "purpose, delete the line of that checksum"
        )
    return Take(_text(fields, "test"), number, tuple(_entry(each) for each in calls))


def _entry(data: Any) -> Entry:
    fields = _mapping(data, "a call")
    if "request" not in fields or "reply" not in fields:
        raise BrokenCassetteError("holds a call without its request or its reply")
    try:
        kind = CallKind(fields.get("kind"))
    except ValueError as error:
        raise BrokenCassetteError("holds a call of an unknown kind") from error
    together = fields.get("together", False) is True
    return Entry(_text(fields, "channel"), kind, fields["request"], fields["reply"], together)


def _checksum(calls: list[Any]) -> str:
    canonical = json.dumps(calls, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _mapping(data: Any, what: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise BrokenCassetteError(f"is no cassette: {what} is no JSON object")
    return cast("dict[str, Any]", data)


def _list(data: Any, what: str) -> list[Any]:
    if not isinstance(data, list):
        raise BrokenCassetteError(f"is no cassette: `{what}` is missing or no list")
    return cast("list[Any]", data)


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str):
        raise BrokenCassetteError(f"is no cassette: `{name}` is missing or no text")
    return value
