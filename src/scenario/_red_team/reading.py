"""Reading what a model answered as JSON, with what models put around it. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final, cast

_FENCE: Final = re.compile(r"```(?:json)?\s*\n?(.*?)```", re.DOTALL)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_WORDS: Final = {"true": True, "yes": True, "false": False, "no": False}


def json_object(text: str, key: str) -> Mapping[str, Any]:
    """The first JSON object in a text that has a key, in a fence or not; empty when there is none."""
    decoder = json.JSONDecoder()
    for place in (*_FENCE.findall(text), text):
        for start in [found.start() for found in re.finditer(r"\{", place)][:20]:
            try:
                value: Any = decoder.raw_decode(place, start)[0]
            except (ValueError, RecursionError):
                continue
            if isinstance(value, Mapping) and key in value:
                return cast("Mapping[str, Any]", value)
    return {}


def text_at(fields: Mapping[str, Any], key: str) -> str:
    """The text under a key, or an empty one."""
    value: Any = fields.get(key)
    return value if isinstance(value, str) else ""


def flag_at(fields: Mapping[str, Any], key: str) -> bool | None:
    """The truth value under a key, also when it is written as a word; None when there is none."""
    value: Any = fields.get(key)
    if isinstance(value, bool):
        return value
    return _WORDS.get(value.strip().casefold()) if isinstance(value, str) else None


def number_at(fields: Mapping[str, Any], key: str, lowest: int, highest: int) -> int | None:
    """The number under a key, also when it is written as text, rounded and within bounds; None without one."""
    value: Any = fields.get(key)
    if isinstance(value, str):
        found = _NUMBER.search(value)
        value = float(found.group()) if found is not None else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return round(min(max(value, lowest), highest))
