"""Classes of values that are made with every call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from typing_extensions import dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def value(kind: type[_T]) -> type[_T]:
    """Make a dataclass of values that nobody changes, as type checkers see to.

    Python sees to it, too, in a frozen dataclass, but one of those takes four times as long to make. So this is for what
    is made with every call and every message; all other values are frozen dataclasses.
    """
    return dataclass(slots=True, unsafe_hash=True)(kind)
