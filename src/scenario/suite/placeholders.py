"""Placeholders in texts: ``{name}`` for a column of a data set, ``${NAME}`` for a variable of the environment. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Complaint: TypeAlias = Callable[[str, tuple[str | int, ...]], Exception]
"""Makes the error for a text at a place."""

_PLACE = re.compile(r"\{\{([A-Za-z_]\w*)\}\}|\{([A-Za-z_]\w*)\}")
_RAW = frozenset({"args", "request", "json_reply"})
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def fill(value: Any, row: Mapping[str, Any], complain: Complaint, place: tuple[str | int, ...] = ()) -> Any:
    """Plain data with the placeholders of a row filled in.

    A text that is nothing but a placeholder becomes the value itself, a number say, below a key for which that can mean
    something (``args``, ``request``, ``json_reply``); elsewhere the value stands as text.
    ``{{name}}`` stands for ``{name}``. Braces around anything but a name, as in the regular expression ``[0-9]{4}``,
    stay as they are.

    Args:
        value: The data.
        row: The values.
        complain: Makes the error for a placeholder that the row has no value for.
        place: Where the data stands.

    Raises:
        Exception: What `complain` made.
    """
    if isinstance(value, str):
        return _text(value, row, complain, place)
    if isinstance(value, Mapping):
        return {key: fill(item, row, complain, (*place, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [fill(item, row, complain, (*place, index)) for index, item in enumerate(value)]
    return value


def fill_known(value: Any, row: Mapping[str, Any], *, is_raw: bool = False) -> Any:
    """Plain data with the placeholders filled in that a row has values for, and the others left for somebody else."""
    if isinstance(value, str):
        known = "|".join(re.escape(name) for name in row)
        if not known:
            return value
        if (whole := re.fullmatch(rf"\{{({known})\}}", value)) is not None:
            return row[whole[1]] if is_raw else str(row[whole[1]])
        return re.sub(rf"\{{({known})\}}", lambda found: str(row[found[1]]), value)
    if isinstance(value, Mapping):
        return {key: fill_known(item, row, is_raw=is_raw or key in _RAW) for key, item in value.items()}
    return [fill_known(item, row, is_raw=is_raw) for item in value] if isinstance(value, list) else value


def fill_variables(value: Any, environment: Mapping[str, str], complain: Complaint) -> Any:
    """Plain data with ``${NAME}`` replaced by variables of the environment.

    Args:
        value: The data.
        environment: The variables.
        complain: Makes the error for a variable that is not set.

    Raises:
        Exception: What `complain` made.
    """

    def look_up(found: re.Match[str]) -> str:
        if found[1] not in environment:
            raise complain(f"The variable {found[1]} is not set. Set it, or take ${{{found[1]}}} out", ())
        return environment[found[1]]

    if isinstance(value, str):
        return _VARIABLE.sub(look_up, value)
    if isinstance(value, Mapping):
        return {key: fill_variables(item, environment, complain) for key, item in value.items()}
    return (
        [fill_variables(item, environment, complain) for item in value] if isinstance(value, list) else value
    )


def names_in(value: Any) -> set[str]:
    """The names of all placeholders in plain data."""
    if isinstance(value, str):
        return {found[2] for found in _PLACE.finditer(value) if found[2] is not None}
    if isinstance(value, Mapping):
        return set[str]().union(*(names_in(item) for item in value.values()))
    return set[str]().union(*(names_in(item) for item in value)) if isinstance(value, list) else set()


def _text(text: str, row: Mapping[str, Any], complain: Complaint, place: tuple[str | int, ...]) -> Any:
    def value_of(found: re.Match[str]) -> Any:
        if found[1] is not None:
            return f"{{{found[1]}}}"
        if found[2] not in row:
            there = (
                f"There are: {', '.join(row)}" if row else "There is no `dataset` and there are no `fields`"
            )
            raise complain(
                f"Nothing is known for the placeholder {{{found[2]}}}. {there}. For the braces themselves write "
                f"{{{{{found[2]}}}}}",
                place,
            )
        return row[found[2]]

    whole = _PLACE.fullmatch(text)
    if whole is not None and _RAW & set(place):
        return value_of(whole)
    return _PLACE.sub(lambda found: str(value_of(found)), text)
