"""Places in decoded JSON: keys and positions, joined by dots. Pure."""

from __future__ import annotations

import re
from typing import Any, cast

_KEYS_SHOWN = 20


class NotThereError(LookupError):
    """A path leads nowhere; the text says where it ends and what is there."""


def look_up(data: Any, path: str) -> Any:
    """The value at a path, such as ``choices.0.message.content``.

    Args:
        data: Decoded JSON.
        path: Keys and positions, joined by dots; a negative position counts from the end.

    Raises:
        NotThereError: Nothing is there.
    """
    place = data
    walked: list[str] = []
    for part in path.split("."):
        try:
            place = _step(place, part)
        except (KeyError, IndexError, TypeError):
            where = f"at `{'.'.join(walked)}` " if walked else ""
            raise NotThereError(f"{where}there is {describe(place)}") from None
        walked.append(part)
    return place


def _step(place: Any, part: str) -> Any:
    if isinstance(place, list) and re.fullmatch(r"-?\d+", part):
        return cast("list[Any]", place)[int(part)]
    if isinstance(place, dict):
        return cast("dict[str, Any]", place)[part]
    raise TypeError(part)


def describe(data: Any) -> str:
    """Decoded JSON in a few words: its keys, its length, or its kind."""
    match data:
        case dict():
            keys = [f"`{key}`" for key in cast("dict[str, Any]", data)]
            more = ", …" if len(keys) > _KEYS_SHOWN else ""
            return (
                f"an object with the keys {', '.join(keys[:_KEYS_SHOWN])}{more}"
                if keys
                else "an empty object"
            )
        case list():
            return f"a list of {len(cast('list[Any]', data))}"
        case None:
            return "null"
        case str():
            return "text"
        case _:
            return f"the value {data!r}"
