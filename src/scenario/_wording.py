"""Numbers, times and odd characters as people read them, the same wherever they are shown."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

_KEPT = frozenset("\n\t")
_UNSEEN = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
)  # controls, formats, halves of characters, private use
_KILO = 1000


def counted(number: int, noun: str) -> str:
    """So many of something, such as ``1 run`` and ``3 runs``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def percent(rate: float) -> str:
    """A rate in percent, such as ``95 %`` or ``83.9 %``."""
    return f"{100 * rate:.1f}".removesuffix(".0") + " %"


def size(count: int) -> str:
    """A number of bytes, such as ``12.5 KB``."""
    if count < _KILO:
        return f"{count} B"
    return f"{count / _KILO:.1f} KB" if count < _KILO**2 else f"{count / _KILO**2:.1f} MB"


def moment(at: float, *, seconds: bool = False) -> str:
    """Seconds since the Unix epoch as a time of day here, such as ``2026-11-22 09:41``."""
    return (
        datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
    )


def visible(text: str) -> str:
    """The text with control characters, and others that cannot be seen, as escapes such as Python writes them.

    Line ends and tabs stay.
    """
    return "".join(
        letter if letter in _KEPT or unicodedata.category(letter) not in _UNSEEN else _escaped(letter)
        for letter in text
    )


def fenced(text: str, language: str = "text") -> str:
    """The text as a fenced block of Markdown, with a fence that is longer than any in it."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii")
