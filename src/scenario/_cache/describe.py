"""What a call is told apart by: a description of its arguments that is the same in every process."""

from __future__ import annotations

import hashlib
import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import partial
from pathlib import PurePath
from typing import Any, Final, cast
from uuid import UUID

from pydantic import BaseModel

from scenario._cache.code import Code
from scenario.scenario_state import ScenarioState
from scenario.types import AgentInput

_PLAIN: Final = frozenset({type(None), bool, int, float, str})
_BY_TEXT: Final = (
    str,
    int,
    float,
    complex,
    date,
    time,
    timedelta,
    tzinfo,
    Decimal,
    Fraction,
    PurePath,
    UUID,
    range,
    slice,
)
_DATA: Final = (
    bytes,
    bytearray,
    list,
    tuple,
    set,
    frozenset,
    Mapping,
    Enum,
    re.Pattern,
    BaseModel,
    *_BY_TEXT,
)
_OF_ONE_RUN: Final = frozenset({"id", "trace_id"})


class Describer:
    """Describes values as plain JSON data. Different values have different descriptions, and none holds an address.

    Args:
        package: The package whose objects are told apart by their attributes; those of other packages are told
            apart by their class alone, because nobody knows what in them changes by itself.
    """

    def __init__(self, package: str) -> None:
        self._package = package
        self._above: list[int] = []
        self._instance: Any = None

    def instance(self, value: Any) -> Any:
        """Describe what a method is called on: an object of whatever package by its class and its attributes."""
        self._instance = value
        return self.value(value)

    def value(self, value: Any, *, opens: bool = True) -> Any:
        """Describe a value.

        Args:
            value: Anything.
            opens: Whether the attributes of objects that are no data count.
        """
        if type(value) in _PLAIN:
            return value
        if id(value) in self._above:
            return ["again", self._above.index(id(value))]
        self._above.append(id(value))
        try:
            return self._tagged(value, opens)
        finally:
            self._above.pop()

    def _tagged(self, value: Any, opens: bool) -> list[Any]:
        own_key = _own_key(value)
        if own_key is not None:
            return ["key", _name(type(value)), self.value(own_key(value), opens=opens)]
        match value:
            case Enum():
                return ["enum", _name(type(value)), value.name]
            case AgentInput():
                return self._input(value, opens)
            case ScenarioState():
                said = self.value(_without_ids(value.said), opens=opens)
                return ["state", value.description, value.current_turn, said]
            case Mapping():
                return [_kind(value), *self._pairs(cast("Mapping[Any, Any]", value), opens)]
            case list() | tuple():
                return [
                    _kind(value),
                    *(self.value(item, opens=opens) for item in cast("Iterable[Any]", value)),
                ]
            case set() | frozenset():
                items = [self.value(item, opens=opens) for item in cast("Iterable[Any]", value)]
                return [_kind(value), *sorted(items, key=canonical)]
            case bytes() | bytearray():
                return [_kind(value), hashlib.sha256(value).hexdigest()]
            case re.Pattern():
                return ["pattern", self.value(value.pattern), value.flags]
            case _ if isinstance(value, _BY_TEXT):
                return [_kind(value), repr(value) if isinstance(value, float) else str(value)]
            case _:
                return self._composed(value, opens)

    def _composed(self, value: Any, opens: bool) -> list[Any]:
        match value:
            case type():
                return ["class", _name(value)]
            case partial():
                made_of = cast("partial[Any]", value)
                return [
                    "partial",
                    *(self.value(part) for part in (made_of.func, made_of.args, made_of.keywords)),
                ]
            case BaseModel():
                parts = {
                    **vars(value),
                    **(value.__pydantic_extra__ or {}),
                    **(value.__pydantic_private__ or {}),
                }
                return ["model", _name(type(value)), *self._pairs(parts, opens)]
            case _ if is_dataclass(value):
                parts = {field.name: getattr(value, field.name, None) for field in fields(value)}
                return ["data", _name(type(value)), *self._pairs(parts, opens)]
            case _ if inspect.ismethod(value):
                return ["method", self.value(value.__func__), self.value(value.__self__, opens=opens)]
            case _ if inspect.isfunction(value):
                code = Code(value)
                return ["function", _name(value), code.digest, self.value(code.surroundings())]
            case _ if value is self._instance or (opens and _package(type(value)) == self._package):
                return self._object(value)
            case _:
                return ["object", _name(type(value))]

    def _object(self, value: Any) -> list[Any]:
        attributes: dict[str, Any] = {}
        for each in reversed(type(value).__mro__):
            attributes.update({name: item for name, item in vars(each).items() if _is_setting(name, item)})
            slots = [name for name in _slots(each) if hasattr(value, name)]
            attributes.update({name: getattr(value, name) for name in slots})
        attributes.update(getattr(value, "__dict__", {}))
        return ["object", _name(type(value)), *self._pairs(attributes, opens=False)]

    def _input(self, value: AgentInput, opens: bool) -> list[Any]:
        state = value.scenario_state
        known = [state.description, state.current_turn] if isinstance(state, ScenarioState) else state
        own = {name: item for name, item in vars(value).items() if name in type(value).model_fields}
        others = {name: item for name, item in own.items() if name not in AgentInput.model_fields}
        told = (_without_ids(value.messages), _without_ids(value.new_messages), value.judgment_request, known)
        return [
            "input",
            _name(type(value)),
            *(self.value(each, opens=opens) for each in told),
            *self._pairs(others, opens),
        ]

    def _pairs(self, items: Mapping[Any, Any], opens: bool) -> list[Any]:
        pairs = [[self.value(key, opens=opens), self.value(item, opens=opens)] for key, item in items.items()]
        return sorted(pairs, key=lambda pair: canonical(pair[0]))


def canonical(described: Any) -> str:
    """A description as text."""
    return json.dumps(described, separators=(",", ":"), sort_keys=True)


def _own_key(value: Any) -> Callable[[Any], Any] | None:
    return None if isinstance(value, type) else getattr(type(value), "__cache_key__", None)


def _without_ids(messages: Iterable[Any]) -> list[Any]:
    return [
        {key: item for key, item in cast("Mapping[str, Any]", message).items() if key not in _OF_ONE_RUN}
        if isinstance(message, Mapping)
        else message
        for message in messages
    ]


def _name(named: Any) -> str:
    return f"{named.__module__}:{named.__qualname__}"


def _kind(value: Any) -> str:
    kind: Any = type(value)
    return str(kind.__name__) if kind.__module__ == "builtins" else _name(kind)


def _package(kind: Any) -> str:
    return str(kind.__module__).partition(".")[0]


def _is_setting(name: str, value: Any) -> bool:
    is_data = (
        type(value) in _PLAIN
        or isinstance(value, _DATA)
        or (is_dataclass(value) and not isinstance(value, type))
    )
    return is_data and not name.startswith(("__", "_abc_"))


def _slots(kind: type) -> list[str]:
    slots: Any = vars(kind).get("__slots__", ())
    names = [slots] if isinstance(slots, str) else list(slots)
    return [
        f"_{kind.__name__.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name
        for name in names
    ]
