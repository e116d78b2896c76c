"""Whether what a judge quotes was said, and where. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scenario.types import Evidence

_SAME = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),  # quotation marks, single
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),  # and double
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),  # dashes
    }
)
_LEFT_OUT = re.compile(r"\[\s*(?:\.\.\.|…)\s*\]|\.\.\.|…")
_FENCE = re.compile(r"^[|*] ", re.MULTILINE)
_SPACE = " "
_AROUND = " \"'.,;:"


@dataclass(frozen=True)
class Claim:
    """What a judge says that a verdict rests on.

    Attributes:
        message: The message's number, if the judge gave one.
        quote: The words.
    """

    message: int | None
    quote: str


@dataclass(frozen=True)
class Findings:
    """What is left of a judge's claims.

    Attributes:
        evidence: The quotes that were found, as they stand there, each once.
        missing: The quotes that stand nowhere.
    """

    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]

    @property
    def supported(self) -> bool:
        """Whether any quote was found, or none was given."""
        return bool(self.evidence) or not self.missing


class Source:
    """Texts in which quotes are looked for.

    Args:
        messages: What can be quoted of each message, by its number.
        beside: What else can be quoted, such as the spans that the judge read.
    """

    def __init__(self, messages: Sequence[str], beside: str = "") -> None:
        self._messages = tuple(messages)
        self._beside = beside
        self._read: dict[str, _Text] = {}

    def check(self, claims: Iterable[Claim]) -> Findings:
        """Find these quotes.

        White space, the case of letters, and the forms of quotation marks and dashes make no difference; what
        the judge left out (``...``) may be anything. A quote that stands in another message than the judge says
        is found there.
        """
        evidence: dict[Evidence, None] = {}
        missing: list[str] = []
        for claim in claims:
            found = self._find(claim)
            if found is None:
                missing.append(claim.quote)
            else:
                evidence[found] = None
        return Findings(tuple(evidence), tuple(missing))

    def _find(self, claim: Claim) -> Evidence | None:
        forms = [form for form in (_pieces(claim.quote, _SPACE), _pieces(claim.quote, _AROUND)) if form]
        named = claim.message
        there = [named] if named is not None and 0 <= named < len(self._messages) else []
        for index in (*there, *(number for number in range(len(self._messages)) if number not in there)):
            words = self._text(self._messages[index]).first_of(forms)
            if words is not None:
                return Evidence(index, words)
        words = self._text(self._beside).first_of(forms)
        return None if words is None else Evidence(None, words)

    def _text(self, text: str) -> _Text:
        if text not in self._read:
            self._read[text] = _Text(text)
        return self._read[text]


class _Text:
    """A text, and the same in a form in which it can be compared."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain, self._origins = _plain(text)

    def first_of(self, forms: Sequence[Sequence[str]]) -> str | None:
        """What stands here of the first of these forms of a quote that does, or None."""
        return next((words for words in map(self.find, forms) if words is not None), None)

    def find(self, pieces: Sequence[str]) -> str | None:
        """The part of the text from the first to the last of these pieces, in their order, or None."""
        start, end = -1, 0
        for piece in pieces:
            found = self._plain.find(piece, end)
            if found < 0:
                return None
            start, end = (found if start < 0 else start), found + len(piece)
        return self._text[self._origins[start] : self._origins[end - 1] + 1].strip()


def _pieces(quote: str, around: str) -> list[str]:
    """The parts of a quote between those that the judge left out, in a form in which they can be compared.

    Quotes often come in quotation marks or with a full stop of the judge's own; `around` is what is taken off. What
    is nothing but such marks is no quote.
    """
    parts = [_plain(part)[0] for part in _LEFT_OUT.split(_FENCE.sub("", quote))]
    return [part.strip(around) for part in parts if part.strip(_AROUND)]


def _plain(text: str) -> tuple[str, list[int]]:
    """A text without differences that do not matter, and where each of its characters comes from."""
    plain: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        if character.isspace():
            if plain and plain[-1] == " ":
                continue
            same = " "
        else:
            same = unicodedata.normalize("NFKC", character.translate(_SAME)).casefold()
        for each in same:
            plain.append(each)
            origins.append(index)
    return "".join(plain), origins
