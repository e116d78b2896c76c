"""Values as JSON and back. Reading executes nothing: classes are looked up, and no constructor is called."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, Flag
from functools import cached_property
from typing import Any, Final, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from scenario._cache.classes import find_class, name_of_class

_TAG: Final = "$"
_PLAIN: Final = frozenset({type(None), bool, int, str})


class CannotKeepError(Exception):
    """A value that has no form in JSON from which it comes back as it was. The text says which."""


class CannotReadError(Exception):
    """Data that no value can be made of: its class is gone or has changed."""


def to_json(tree: Any) -> str:
    """The text of what `encode` made."""
    return json.dumps(tree, separators=(",", ":"), allow_nan=False)


def from_json(text: str) -> Any:
    """The value that a text of `to_json` stands for.

    Raises:
        CannotReadError: No value can be made of it.
    """
    try:
        return decode(json.loads(text))
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError, RecursionError) as error:
        raise CannotReadError(f"{type(error).__name__}: {error}") from error


def encode(value: Any) -> Any:
    """The JSON data that stands for a value.

    Raises:
        CannotKeepError: It could not come back as it is.
    """
    try:
        return _encode(value)
    except RecursionError as error:
        raise CannotKeepError("a value that holds itself, or is nested too deeply") from error


def _encode(value: Any) -> Any:
    kind = cast("type[Any]", type(value))
    if kind in _PLAIN:
        return value
    if kind is float:
        return value if math.isfinite(value) else _tagged("float", repr(value))
    if kind is list:
        return [_encode(item) for item in value]
    if kind is dict:
        if _TAG not in value and all(type(key) is str for key in value):
            return {key: _encode(item) for key, item in value.items()}
        return _tagged("dict", [[_encode(key), _encode(item)] for key, item in value.items()])
    if kind in _ENCODERS:
        name, encoder = _ENCODERS[kind]
        return _tagged(name, encoder(value))
    return _of_a_class(value, kind)


def _tagged(tag: str, data: Any, **more: Any) -> dict[str, Any]:
    return {_TAG: tag, "v": data, **more}


def _of_a_class(value: Any, kind: type[Any]) -> dict[str, Any]:
    name = name_of_class(kind)
    if name is None:
        raise CannotKeepError(
            f"a value of {kind.__module__}.{kind.__qualname__}, which cannot be found by that name"
        )
    if isinstance(value, Flag):
        return _tagged("flag", value.value, c=name)
    if isinstance(value, Enum):
        return _tagged("enum", value.name, c=name)
    if isinstance(value, BaseModel):
        return _model(value, name)
    if is_dataclass(value) and not isinstance(value, type):
        if not _is_plain_class(kind):
            raise CannotKeepError(
                f"a value of {kind.__module__}.{kind.__qualname__}, which is more than a dataclass"
            )
        return _tagged("data", _encode_all(_attributes(value)), c=name)
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return _tagged("named", [_encode(item) for item in cast("tuple[Any, ...]", value)], c=name)
    raise CannotKeepError(f"a value of type {kind.__module__}.{kind.__qualname__}")


def _model(value: BaseModel, name: str) -> dict[str, Any]:
    caches = {key for key in vars(value) if isinstance(getattr(type(value), key, None), cached_property)}
    kept = {key: item for key, item in vars(value).items() if key not in caches}
    extra, private = value.__pydantic_extra__, value.__pydantic_private__
    return _tagged(
        "model",
        _encode_all(kept),
        c=name,
        set=sorted(value.model_fields_set),
        extra=None if extra is None else _encode_all(extra),
        private=None if private is None else _encode_all(private),
    )


def _encode_all(items: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _encode(item) for key, item in items.items()}


def _attributes(value: Any) -> dict[str, Any]:
    own: dict[str, Any] = getattr(value, "__dict__", {})
    named = {field.name: getattr(value, field.name) for field in fields(value) if hasattr(value, field.name)}
    return {**named, **own}


def decode(data: Any) -> Any:
    """The value that JSON data of `encode` stands for; raises what its parts raise when it stands for none."""
    if isinstance(data, list):
        return [decode(item) for item in cast("list[Any]", data)]
    if not isinstance(data, dict):
        return data
    tree = cast("dict[str, Any]", data)
    if _TAG not in tree:
        return {key: decode(item) for key, item in tree.items()}
    tag = tree[_TAG]
    if tag in _CLASS_DECODERS:
        return _CLASS_DECODERS[tag](find_class(tree["c"]), tree)
    return _DECODERS[tag](tree["v"])


def _to_enum(kind: type[Any], tree: Mapping[str, Any]) -> Any:
    return _checked(kind, Enum).__members__[tree["v"]]


def _to_flag(kind: type[Any], tree: Mapping[str, Any]) -> Any:
    return _checked(kind, Flag)(tree["v"])


def _to_model(kind: type[Any], tree: Mapping[str, Any]) -> Any:
    values = _decode_all(tree["v"])
    if not set(_checked(kind, BaseModel).model_fields) <= set(values):
        raise ValueError(f"{kind.__qualname__} has fields that it had not")
    model: Any = object.__new__(kind)
    state = {
        "__dict__": values,
        "__pydantic_fields_set__": set(tree["set"]),
        "__pydantic_extra__": None if tree["extra"] is None else _decode_all(tree["extra"]),
        "__pydantic_private__": None if tree["private"] is None else _decode_all(tree["private"]),
    }
    BaseModel.__setstate__(model, state)
    return model


def _to_data(kind: type[Any], tree: Mapping[str, Any]) -> Any:
    values = _decode_all(tree["v"])
    if (
        not is_dataclass(kind)
        or not _is_plain_class(kind)
        or not {field.name for field in fields(kind)} <= set(values)
    ):
        raise ValueError(f"{kind.__qualname__} has fields that it had not")
    made = object.__new__(kind)
    for name, item in values.items():
        object.__setattr__(made, name, item)
    return made


def _to_named(kind: type[Any], tree: Mapping[str, Any]) -> Any:
    items = [decode(item) for item in tree["v"]]
    if len(_checked(kind, tuple)._fields) != len(items):
        raise ValueError(f"{kind.__qualname__} has fields that it had not")
    return tuple.__new__(kind, items)


def _decode_all(items: Mapping[str, Any]) -> dict[str, Any]:
    return {key: decode(item) for key, item in items.items()}


def _checked(kind: type[Any], base: type[Any]) -> Any:
    if not issubclass(kind, base):
        raise TypeError(f"{kind.__qualname__} is no longer a {base.__name__}")
    return kind


def _is_plain_class(kind: type[Any]) -> bool:
    return kind.__new__ is object.__new__


def _all(items: Iterable[Any]) -> list[Any]:
    return [_encode(item) for item in items]


def _set(items: Iterable[Any]) -> list[Any]:
    return sorted(_all(items), key=lambda item: json.dumps(item, sort_keys=True))


def _zoned(value: datetime | time) -> Any:
    zone = value.tzinfo
    if zone is None or isinstance(zone, timezone):
        return [value.isoformat(), value.fold, None]
    if isinstance(zone, ZoneInfo) and zone.key:
        return [value.replace(tzinfo=None).isoformat(), value.fold, zone.key]
    raise CannotKeepError(f"a time in a zone of type {type(zone).__qualname__}")


def _unzoned(kind: Any) -> Callable[[Any], Any]:
    def read(data: Any) -> Any:
        text, fold, key = data
        value = kind.fromisoformat(text)
        return value.replace(fold=fold, tzinfo=value.tzinfo if key is None else ZoneInfo(key))

    return read


def _letters(value: bytes | bytearray) -> str:
    return base64.b64encode(value).decode()


_ENCODERS: Final[dict[type[Any], tuple[str, Callable[[Any], Any]]]] = {
    tuple: ("tuple", _all),
    set: ("set", _set),
    frozenset: ("frozenset", _set),
    bytes: ("bytes", _letters),
    bytearray: ("bytearray", _letters),
    datetime: ("datetime", _zoned),
    time: ("time", _zoned),
    date: ("date", date.isoformat),
    timedelta: ("timedelta", lambda value: [value.days, value.seconds, value.microseconds]),
    timezone: ("timezone", lambda value: value.utcoffset(None).total_seconds()),
    Decimal: ("decimal", str),
    UUID: ("uuid", str),
    complex: ("complex", lambda value: [repr(value.real), repr(value.imag)]),
}
_DECODERS: Final[dict[str, Callable[[Any], Any]]] = {
    "float": float,
    "dict": lambda pairs: {decode(key): decode(item) for key, item in pairs},
    "tuple": lambda items: tuple(decode(item) for item in items),
    "set": lambda items: {decode(item) for item in items},
    "frozenset": lambda items: frozenset(decode(item) for item in items),
    "bytes": base64.b64decode,
    "bytearray": lambda text: bytearray(base64.b64decode(text)),
    "datetime": _unzoned(datetime),
    "time": _unzoned(time),
    "date": date.fromisoformat,
    "timedelta": lambda parts: timedelta(*parts),
    "timezone": lambda seconds: timezone(timedelta(seconds=seconds)) if seconds else UTC,
    "decimal": Decimal,
    "uuid": UUID,
    "complex": lambda parts: complex(float(parts[0]), float(parts[1])),
}
_CLASS_DECODERS: Final[dict[str, Callable[[type[Any], Mapping[str, Any]], Any]]] = {
    "enum": _to_enum,
    "flag": _to_flag,
    "model": _to_model,
    "data": _to_data,
    "named": _to_named,
}
