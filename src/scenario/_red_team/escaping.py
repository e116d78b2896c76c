"""Texts of an attack as parts of a Markdown page, where nothing in them is obeyed. Pure."""

from __future__ import annotations

import re
from typing import Final

from scenario._text import shorten
from scenario._wording import fenced, visible

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()#+!|~$-])")


def cell(text: str, width: int = 80) -> str:
    """The text as part of a line of Markdown: one line, with nothing that Markdown or HTML reads."""
    line = _MARKDOWN.sub(r"\\\1", shorten(visible(text), width))
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("://", ":&#47;&#47;")


def block(text: str) -> str:
    """The text as a fenced block of Markdown."""
    return fenced(visible(text))
