"""Anything into what JSON and every database can hold. Never fails: what cannot be kept is told in words."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any, Final, cast

from pydantic import BaseModel

_DEEPEST: Final = 60


def plain(value: Any, depth: int = 0) -> Any:
    """The value as dictionaries with text keys, lists, text, finite numbers, booleans and None."""
    kind = value.__class__
    if kind is str or kind is bool or kind is int or value is None:
        return value
    if depth > _DEEPEST:
        return "…"
    if kind is float:
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Enum):
        return plain(value.value, depth + 1)
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {key if key.__class__ is str else _words(key): plain(item, depth + 1) for key, item in items}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth + 1) for item in cast("list[Any]", value)]
    return _object(value, depth)


def _object(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return plain(float(value))
    if isinstance(value, BaseModel):
        return {name: plain(item, depth + 1) for name, item in dict(value).items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name), depth + 1) for name in _names_of(type(value))}
    return _words(value)


@lru_cache(maxsize=256)
def _names_of(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


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
