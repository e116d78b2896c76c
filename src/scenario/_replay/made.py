"""What a call of a function came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Returned:
    """It returned."""

    value: Any


@dataclass(frozen=True)
class Threw:
    """It raised."""

    error: Exception


Made: TypeAlias = Returned | Threw
