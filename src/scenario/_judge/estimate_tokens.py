"""How many tokens a text is, roughly."""

from __future__ import annotations

from typing import Final

DEFAULT_TOKEN_THRESHOLD: Final = 8192
"""The tokens from which a judge gets an outline of a transcript or of spans, and tools to look into it."""

_BYTES_PER_TOKEN = 4


def estimate_tokens(text: str) -> int:
    """The tokens of a text for any model, by the rule of thumb of four bytes of UTF-8 for each.

    Args:
        text: Any text.

    Returns:
        The bytes divided by four, rounded up.
    """
    return -(-len(text.encode(errors="replace")) // _BYTES_PER_TOKEN)
