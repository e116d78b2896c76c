"""Texts of an attack made safe to show: nothing in them is obeyed by a terminal or a Markdown page. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from scenario._text import shorten

_KEPT: Final = frozenset("\n\t")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")


def visible(text: str) -> str:
    """The text with control characters, and others that cannot be seen, as escapes such as Python writes them.

    Line ends and tabs stay.
    """
    return "".join(
        letter if letter in _KEPT or unicodedata.category(letter) not in _UNSEEN else _escaped(letter)
        for letter in text
    )


def cell(text: str, width: int = 80) -> str:
    """The text as part of a line of Markdown: one line, with nothing that Markdown or HTML reads."""
    line = _MARKDOWN.sub(r"\\\1", shorten(visible(text), width))
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("://", ":&#47;&#47;")


def block(text: str) -> str:
    """The text as a fenced block of Markdown, with a fence that is longer than any in it."""
    shown = visible(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", shown)), default=0))
    return f"{fence}text\n{shown}\n{fence}"


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - the sizes of Python's escapes
