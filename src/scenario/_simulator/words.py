"""The words of a text, so that texts in many languages can be compared. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher

from scenario._simulator import patterns

_CJK = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af々ー]"
_WORD = patterns.Pattern(rf"{_CJK}|(?:(?!{_CJK})[^\W_])+")
_CONTRACTION = patterns.Pattern(r"(?<=\w)('re|'m|'s|'ll|'ve|'d|n't|nnot)\b")
_LONG = {
    "'re": " are", "'m": " am", "'s": " is", "'ll": " will", "'ve": " have", "'d": " would", "n't": "n not", "nnot": "n not",
}  # fmt: skip
_LITTLE_WORDS = frozenset((
    "i", "my", "me", "it", "its", "them", "we", "our", "us", "you", "your", "for", "to", "of", "in", "on", "at",
    "is", "are", "was", "that", "this", "there",
    "ich", "mein", "meine", "es", "mir", "uns", "für", "zu", "von", "im", "am", "ist", "das",
    "yo", "mi", "lo", "la", "el", "los", "las", "un", "una", "de", "en", "para", "que", "se",
))  # fmt: skip
"""Words that may come or go without making a long message a new one. No negation is among them."""
_CJK_FACTOR = 2
"""A language without spaces counts by characters: this many stand for a word."""
_FEW_WORDS = 30


def unquoted(text: str) -> str:
    """The text without what it quotes."""
    return patterns.REPORTED.regex.sub(" ", plainly(text))


def plainly(text: str) -> str:
    """The text with one kind of apostrophe and one way to write an accent."""
    return unicodedata.normalize("NFC", text).replace("\u2019", "'").replace("\u2018", "'")


def words_of(text: str) -> list[str]:
    """The words, short forms written out; in a language without spaces the signs."""
    plain = unicodedata.normalize("NFKC", plainly(text)).casefold()
    return _WORD.regex.findall(_CONTRACTION.regex.sub(lambda found: _LONG[found[0]], plain))


def content_of(text: str) -> list[str]:
    """The words without greetings, thanks and the like."""
    return words_of(patterns.FILLERS.regex.sub(" ", plainly(text)))


def core_of(words: Sequence[str]) -> list[str]:
    """The words without those that may come or go."""
    return [word for word in words if word not in _LITTLE_WORDS]


def size_of(words: Sequence[str]) -> float:
    """How much these words say, in words of a language with spaces."""
    signs = sum(1 for word in words if re.fullmatch(_CJK, word))
    return len(words) - signs + signs / _CJK_FACTOR


def join(words: Sequence[str]) -> str:
    """The words as text."""
    text = " ".join(words)
    return re.sub(rf"(?<={_CJK}) (?={_CJK})", "", text)


def questions_in(text: str) -> list[str]:
    """The sentences that ask something."""
    return re.findall(r"[^.!?\u3002\uff1f\n]+[?\uff1f]", text)


def of_like_length(text: str, other: str) -> bool:
    """Whether one can be the other with a few words more; to look closer at what cannot would take long."""
    return abs(len(text) - len(other)) <= _FEW_WORDS + max(len(text), len(other)) // 2


def longest_copy(text: str, source: str) -> list[str]:
    """The longest run of words that both have."""
    said, known = words_of(text), words_of(source)
    match = SequenceMatcher(None, said, known, autojunk=False).find_longest_match()
    return said[match.a : match.a + match.size]
