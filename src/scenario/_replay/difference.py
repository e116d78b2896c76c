"""A call that was not recorded, and its nearest recording, as a text for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, unified_diff
from typing import Final

from scenario._replay.cassette import Entry
from scenario._replay.matching import Missed
from scenario._replay.parts import Part, parts_of
from scenario._tape import JSON, CallKind
from scenario._text import shorten
from scenario._wording import counted

_WIDTH: Final = 110
_BEFORE: Final = 40
_MOST_LINES: Final = 12
_MOST_PARTS: Final = 4


def difference(recorded: Entry, kind: CallKind, request: JSON) -> list[str]:
    """What differs between a recorded call and one that is made now.

    Args:
        recorded: The recorded call.
        kind: What is called now.
        request: What is asked now, as it is compared.

    Returns:
        Lines: for each part that differs its name, what was recorded after ``-``, what is asked now after ``+``.
    """
    if recorded.kind is not kind:
        return [f"  now a {kind.value} is called; recorded is a call of this kind: {recorded.kind.value}"]
    blocks = list(_blocks(parts_of(recorded.kind, recorded.request), parts_of(kind, request)))
    lines = [line for block in blocks[:_MOST_PARTS] for line in block]
    left = len(blocks) - _MOST_PARTS
    if left > 0:
        lines.append(f"  and {counted(left, 'more difference')}")
    return lines or ["  the same parts in a form that cannot be shown"]


def new_call(missed: Missed, kind: CallKind, request: JSON) -> list[str]:
    """What is asked by a call that comes after all that were recorded."""
    parts = parts_of(kind, request)
    spoken = [part for part in parts if part.kind == "message"]
    shown = spoken[-1:] or parts[:_MOST_PARTS]
    made = f"{counted(missed.recorded, 'call')} {'was' if missed.recorded == 1 else 'were'} recorded"
    head = f"This is a new call that was not recorded: {made}, and this is number {missed.position}."
    label = "It ends with:" if spoken else "It asks:"
    return [head, label, *(f"  {part.name}: {shorten(part.text, _WIDTH)}" for part in shown)]


def _blocks(before: Sequence[Part], now: Sequence[Part]) -> Iterator[list[str]]:
    matcher = SequenceMatcher(None, before, now, autojunk=False)
    for tag, start, end, now_start, now_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = list(before[start:end]), list(now[now_start:now_end])
        yield from _paired(before, now, old, new)


def _paired(
    before: Sequence[Part], now: Sequence[Part], old: list[Part], new: list[Part]
) -> Iterator[list[str]]:
    """Parts of the same name belong together, in order; what is left was taken out or put in."""
    for part in old:
        twin = next((each for each in new if (each.kind, each.name) == (part.kind, part.name)), None)
        if twin is None:
            yield [
                f"  {_title(before, part)} is no longer there:",
                *_edited("-", part.text),
            ]
        else:
            new.remove(twin)
            yield [f"  {_title(now, twin)}:", *_changed(part.text, twin.text)]
    for part in new:
        yield [f"  {_title(now, part)} is new:", *_edited("+", part.text)]


def _title(parts: Sequence[Part], part: Part) -> str:
    if part.kind != "message":
        return part.name
    place = next(index for index, each in enumerate(parts, 1) if each is part)
    return f"message {place} ({part.name})"


def _edited(sign: str, text: str) -> list[str]:
    lines = text.splitlines() or [""]
    more = [f"    … {len(lines) - _MOST_LINES} more lines"] if len(lines) > _MOST_LINES else []
    return [f"    {sign} {shorten(line, _WIDTH)}" for line in lines[:_MOST_LINES]] + more


def _changed(before: str, now: str) -> list[str]:
    diff = list(unified_diff(before.splitlines(), now.splitlines(), lineterm="", n=1))[2:]
    shown: list[str] = []
    for index, line in enumerate(diff):
        if line.startswith("@@"):
            if index:
                shown.append("    …")
        else:
            shown.append(f"    {line[0]} {_around(diff, index)}".rstrip())
    more = [f"    … {len(shown) - _MOST_LINES} more lines"] if len(shown) > _MOST_LINES else []
    return shown[:_MOST_LINES] + more


def _around(diff: Sequence[str], index: int) -> str:
    """A line of a difference; a long one is cut to where it differs from its counterpart."""
    line = diff[index][1:]
    if len(line) <= _WIDTH:
        return line
    other = next(
        (
            diff[near][1:]
            for near in (index + 1, index - 1)
            if 0 <= near < len(diff) and diff[near][0] in "+-" and diff[near][0] != diff[index][0]
        ),
        "",
    )
    same = next((place for place, (a, b) in enumerate(zip(line, other, strict=False)) if a != b), 0)
    start = max(0, same - _BEFORE)
    cut = line[start : start + _WIDTH]
    return f"{'…' if start else ''}{cut}{'…' if start + _WIDTH < len(line) else ''}"
