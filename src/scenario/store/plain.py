"""Anything into what JSON and every database can hold. Never fails: what cannot be kept is told in words."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from pydantic import BaseModel

_DEEPEST: Final = 60


def plain(value: Any, depth: int = 0) -> Any:
    """The value as dictionaries with text keys, lists, text, finite numbers, booleans and None."""
    kind: type[Any] = value.__class__
    if kind in _AS_IT_IS or (kind is float and math.isfinite(value)):
        return value
    return "…" if depth > _DEEPEST else _way(kind)(value, depth + 1)


_AS_IT_IS: Final = frozenset({str, bool, int, type(None)})


@lru_cache(maxsize=1024)
def _way(kind: type[Any]) -> Callable[[Any, int], Any]:
    """How values of a class become plain; most are of few classes, and to look at one costs more than to convert it."""
    for base, way in _WAYS:
        if issubclass(kind, base):
            return way
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
        values = attrgetter(*names, "__class__")  # one more, as for a single name it would not give a tuple
        return lambda value, depth: _mapping(dict(zip(names, values(value), strict=False)), depth)
    return lambda value, _: _words(value)


def _mapping(value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
    return {
        key if key.__class__ is str else _words(key): item
        if item.__class__ in _AS_IT_IS
        else plain(item, depth)
        for key, item in value.items()
    }


def _listed(value: Iterable[Any], depth: int) -> list[Any]:
    return [item if item.__class__ in _AS_IT_IS else plain(item, depth) for item in value]


_WAYS: Final[Sequence[tuple[Any, Callable[[Any, int], Any]]]] = (
    (Enum, lambda value, depth: plain(value.value, depth)),
    (Mapping, _mapping),
    ((list, tuple, set, frozenset), _listed),
    (str, lambda value, _: str.__str__(value)),
    (int, lambda value, _: int(value)),
    (float, lambda value, _: float(value) if math.isfinite(value) else str(float(value))),
    (BaseModel, lambda value, depth: _mapping(dict(value), depth)),
)


def _words(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - people's objects can do anything when they are asked for words
        return f"<{type(value).__name__}>"


def to_json(value: Any) -> str:
    """Plain data as JSON text that every database can hold."""
    text = _encode(value)
    return text if text.isascii() or _is_whole(text) else json.dumps(value, separators=(",", ":"))


def json_of(value: Any) -> str | None:
    """What `to_json` would make of ``plain(value)``, in one pass; None for the rare values that need both.

    Those are deep or endless, or hold numbers, keys or letters that JSON has no form for.
    """
    try:
        text = _encode_any(value)
    except (TypeError, ValueError, RecursionError):
        return None
    is_flat = len(text) < _DEEPEST or text.count("{") + text.count("[") <= _DEEPEST
    return text if is_flat and (text.isascii() or _is_whole(text)) else None


def from_json(text: str) -> Any:
    """The data that `to_json` wrote."""
    return json.loads(text)


def clean(text: str) -> str:
    """The text without what a database cannot hold: NUL, and halves of characters."""
    if "\0" in text:
        text = text.replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text if text.isascii() or _is_whole(text) else text.encode("utf-8", "replace").decode("utf-8")


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_encode_any = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"), default=plain
).encode


def _is_whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
