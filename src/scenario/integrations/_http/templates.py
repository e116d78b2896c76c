"""Requests written as data with placeholders. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from scenario._text import as_text

PLACEHOLDERS = ("message", "messages", "new_messages", "thread_id", "session")

_MARK = re.compile(r"\{\{(\w+)\}\}|\{([A-Za-z_]\w*)\}")


class Absent:
    """Stands for a value that is not there yet; whatever would hold it is left out."""


ABSENT = Absent()


def placeholders_in(template: Any) -> set[str]:
    """The names of the placeholders that a template holds."""
    if isinstance(template, str):
        return {match[2] for match in _MARK.finditer(template) if match[2]}
    if isinstance(template, Mapping):
        return {
            name for part in cast("Mapping[Any, Any]", template).values() for name in placeholders_in(part)
        }
    if isinstance(template, list | tuple):
        return {name for part in cast("list[Any]", template) for name in placeholders_in(part)}
    return set()


def check_template(template: Any, where: str) -> None:
    """Check that a template has no placeholder that nobody fills.

    Raises:
        ValueError: It has one.
    """
    unknown = sorted(placeholders_in(template) - set(PLACEHOLDERS))
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise ValueError(
            f"`{where}` of HttpAgent has the placeholder {{{unknown[0]}}}, which means nothing. Known are {known}; "
            f"write {{{{{unknown[0]}}}}} to send it as it stands."
        )


def fill(template: Any, values: Mapping[str, Any]) -> Any:
    """A template with its placeholders filled.

    Args:
        template: Data. A text that is nothing but a placeholder becomes the value; in a longer text its text.
        values: What to put in, by name. An entry of a mapping or a list whose value is `ABSENT` is left out.

    Returns:
        New data, or `ABSENT`.
    """
    if isinstance(template, str):
        return _fill_text(template, values)
    if isinstance(template, Mapping):
        filled = {key: fill(part, values) for key, part in cast("Mapping[Any, Any]", template).items()}
        return {key: part for key, part in filled.items() if part is not ABSENT}
    if isinstance(template, list | tuple):
        parts = [fill(part, values) for part in cast("list[Any]", template)]
        return [part for part in parts if part is not ABSENT]
    return template


def fill_address(url: str, values: Mapping[str, Any]) -> str:
    """An address with its placeholders filled, each so that it stays one piece of a path."""
    return _MARK.sub(lambda found: quote(_as_text(values[found[2]]), safe=""), url)


def _fill_text(template: str, values: Mapping[str, Any]) -> Any:
    match = _MARK.fullmatch(template)
    if match and match[2]:
        return values[match[2]]

    def filled(found: re.Match[str]) -> str:
        return f"{{{found[1]}}}" if found[1] else _as_text(values[found[2]])

    return _MARK.sub(filled, template)


def _as_text(value: Any) -> str:
    return "" if value is ABSENT else as_text(value)


def plain_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A chat message without the keys that a conversation adds."""
    return {key: value for key, value in message.items() if key not in {"id", "trace_id"}}
