"""Changing values deep within JSON-like data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast


def deep_transform(value: Any, transform: Callable[[Any], Any]) -> Any:
    """A copy of JSON-like data in which values are changed.

    Args:
        value: Dictionaries, lists and what they hold. It is left as it is.
        transform: Called with each value from the outside in. What it changes is not looked into any
            further; what it returns as it was is.

    Returns:
        The copy.
    """
    changed = transform(value)
    if changed is not value:
        return changed
    if isinstance(value, Mapping):
        items = cast("Mapping[Any, Any]", value)
        return {key: deep_transform(item, transform) for key, item in items.items()}
    if isinstance(value, list | tuple):
        return [deep_transform(item, transform) for item in value]
    return value
