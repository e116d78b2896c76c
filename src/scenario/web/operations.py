"""Routes as values: the server routes by them, checks requests by them, and describes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, TypeAlias

from scenario.store.open import RunStore
from scenario.store.plain import clean
from scenario.web.answers import RefusedError

MOST_TEXT: Final = 4000
"""The most characters of a text among the parameters."""

LARGEST: Final = 2**63 - 1
"""The greatest whole number that a database holds."""

_WHOLE: Final = re.compile(r"-?[0-9]{1,19}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,4})?")


class Kind(str, Enum):
    """What a parameter holds, in the words of JSON Schema."""

    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "number"


_NAMES: Final = {Kind.WHOLE: "whole number", Kind.NUMBER: "number"}


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a route.

    Attributes:
        name: Its name.
        about: What it means.
        kind: What it holds.
        is_path: Whether it is a part of the path.
        is_needed: Whether it must be given.
        values: The only values; none means any.
        least: The least number.
        most: The greatest number.
        pattern: The form of a text, as a regular expression.
        example: What somebody might send.
    """

    name: str
    about: str
    kind: Kind = Kind.TEXT
    is_path: bool = False
    is_needed: bool = False
    values: tuple[str, ...] = ()
    least: int = -LARGEST
    most: int = LARGEST
    pattern: str = ""
    example: str | int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, checked.

    Attributes:
        values: The parameters that were given.
        body: What was sent, as data.
    """

    values: Mapping[str, Any]
    body: Any = None

    def text(self, name: str) -> str | None:
        """A text; None when it was not given, or is empty."""
        return self.values.get(name) or None

    def the_text(self, name: str) -> str:
        """A text that must be there."""
        return str(self.values[name])

    def whole(self, name: str, default: int) -> int:
        """A whole number."""
        return int(self.values.get(name, default))

    def number(self, name: str) -> float | None:
        """A number."""
        return self.values.get(name)


Handler: TypeAlias = Callable[[RunStore, Asked], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A route.

    Attributes:
        name: Its name; the ``operationId`` of the description.
        method: The method of HTTP.
        path: The path below ``/api/v1``, as OpenAPI writes it.
        about: What it does, in a line.
        handle: Makes the answer.
        params: Its parameters.
        answer: The type of the answer; text goes out as JSON Lines.
        body: The type of what is sent; None when nothing is.
        refusals: The statuses that it refuses with, 400 and those of the token left out.
    """

    name: str
    method: str
    path: str
    about: str
    handle: Handler
    answer: Any
    params: tuple[Param, ...] = ()
    body: Any = None
    refusals: tuple[int, ...] = ()


def checked(operation: Operation, path: Mapping[str, str], query: Mapping[str, str], body: Any) -> Asked:
    """The request as its operation understands it.

    Raises:
        RefusedError: A parameter is missing, or cannot be what it should be.
    """
    values: dict[str, Any] = {}
    for param in operation.params:
        text = path.get(param.name) if param.is_path else query.get(param.name)
        if text is None or text == "":
            if param.is_needed or param.is_path:
                raise RefusedError(400, f"`{param.name}` is missing: {param.about}.")
            continue
        values[param.name] = value_of(param, text)
    return Asked(values, body)


def value_of(param: Param, text: str) -> Any:
    """What a text means as a parameter.

    Raises:
        RefusedError: It cannot be what the parameter should be.
    """
    if len(text) > MOST_TEXT:
        raise RefusedError(400, f"`{param.name}` has more than {MOST_TEXT} characters.")
    if param.kind is Kind.TEXT:
        return _text(param, text)
    form = _WHOLE if param.kind is Kind.WHOLE else _NUMBER
    if not form.fullmatch(text):
        raise RefusedError(400, f"`{param.name}` is no {_NAMES[param.kind]}.")
    value = int(text) if param.kind is Kind.WHOLE else float(text)
    if not param.least <= value <= param.most:
        raise RefusedError(400, f"`{param.name}` is out of range.")
    return value


def _text(param: Param, text: str) -> str:
    if param.values and text not in param.values:
        raise RefusedError(400, f"`{param.name}` is one of {', '.join(param.values)}.")
    if param.pattern and not re.search(param.pattern, text):
        raise RefusedError(400, f"`{param.name}` is not {param.about}.")
    return clean(text)
