"""Events as the bytes that go over the wire. Pure, and there are bytes for everything that people keep in metadata."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from typing import Any, cast

from scenario._events.events import ScenarioEvent


def encode(event: ScenarioEvent) -> bytes:
    """The event as JSON, in ASCII.

    What JSON cannot hold becomes text; numbers that are none, and infinite ones, become null; what contains
    itself is cut off with ``…``.
    """
    wire = event.to_dict()
    try:
        return json.dumps(wire, allow_nan=False).encode("ascii")
    except (TypeError, ValueError, RecursionError):
        return json.dumps(_plain(wire, frozenset())).encode("ascii")


def _plain(value: Any, above: frozenset[int]) -> Any:
    """The value as JSON can hold it. `above` are the ids of the containers that it stands in."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if id(value) in above:
        return "…"
    within = above | {id(value)}
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value).items()
        return {str(key): _plain(item, within) for key, item in items}
    if isinstance(value, list | tuple | set | frozenset):
        members = cast("Collection[Any]", value)
        return [_plain(item, within) for item in members]
    return str(value)
