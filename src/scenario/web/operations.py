"""Routes as values: the server routes by them, checks requests by them, and describes them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeAlias

from scenario.store.open import RunStore
from scenario.web.answers import RefusedError

_MOST_TEXT = 4000


class Kind(str, Enum):
    """What a parameter holds, in the words of JSON Schema."""

    TEXT = "string"
    WHOLE = "integer"
    NUMBER = "number"


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
    """

    name: str
    about: str
    kind: Kind = Kind.TEXT
    is_path: bool = False
    is_needed: bool = False
    values: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None


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
        body: The JSON Schema of what is sent; None when nothing is.
        answer: The JSON Schema of the answer.
        refusals: The statuses that it refuses with, 400 and those of the token left out.
    """

    name: str
    method: str
    path: str
    about: str
    handle: Handler
    params: tuple[Param, ...] = ()
    body: Mapping[str, Any] | None = None
    answer: Mapping[str, Any] = field(default_factory=lambda: {"type": "object"})
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
        values[param.name] = _value(param, text)
    return Asked(values, body)


def _value(param: Param, text: str) -> Any:
    if len(text) > _MOST_TEXT:
        raise RefusedError(400, f"`{param.name}` has more than {_MOST_TEXT} characters.")
    if param.kind is Kind.TEXT:
        if param.values and text not in param.values:
            raise RefusedError(400, f"`{param.name}` is one of {', '.join(param.values)}.")
        return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
    try:
        value = int(text) if param.kind is Kind.WHOLE else float(text)
    except ValueError:
        raise RefusedError(400, f"`{param.name}` is no number.") from None
    low = -math.inf if param.least is None else param.least
    high = float(2**63 - 1) if param.most is None else param.most
    if not low <= value <= high or (param.kind is Kind.WHOLE and abs(value) >= 2**63):
        raise RefusedError(400, f"`{param.name}` is out of range.")
    return value
