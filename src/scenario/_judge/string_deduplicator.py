"""Long texts that come again and again, shown once."""

from __future__ import annotations

from typing import Final

DUPLICATE: Final = "[duplicate, see above]"
"""What stands in the place of a text that was there before."""

_LENGTH = 50


class StringDeduplicator:
    """Replaces a long text that it was given before. Case and white space make no difference.

    Args:
        threshold: From how many characters a text is long.
    """

    def __init__(self, threshold: int = _LENGTH) -> None:
        self.threshold = threshold
        self._seen: set[str] = set()

    def process(self, text: str) -> str:
        """The text, or `DUPLICATE` when it is long and was there before.

        Args:
            text: Any text.
        """
        if len(text) < self.threshold:
            return text
        key = " ".join(text.lower().split())
        if key in self._seen:
            return DUPLICATE
        self._seen.add(key)
        return text

    def reset(self) -> None:
        """Forget what was there before."""
        self._seen.clear()
