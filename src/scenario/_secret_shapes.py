"""The shapes of secrets: well-known kinds of keys, and names under which secrets stand. Pure."""

from __future__ import annotations

import base64
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

_SEPARATED = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:(?:password|passwd|passphrase|passcode|pwd|secret|credential|authorization|cookie)s?"
    r"|(?:api|access|secret|private|signing|encryption|account|auth|subscription)_?keys?"
    r"|(?:access|api|auth|bearer|refresh|session|id|csrf)?token)$"
)
_PLAIN_TOKEN = re.compile(
    r"(?:^|_)(?:bos|eos|pad|unk|sep|cls|mask|stop|start|end|begin|special|page|next|continuation|first|last|new"
    r"|per|max|min|prompt|completion|input|output|total|reasoning|cached|cancellation)_token$"
)


@lru_cache(maxsize=4096)
def is_secret_name(name: str) -> bool:
    """Whether a key, a parameter or a header of this name holds a secret, as ``api_key`` and ``X-Auth-Token`` do.

    ``max_tokens``, ``token_count``, ``eos_token`` and the like do not.
    """
    if len(name) > 64:  # noqa: PLR2004 - nobody names a key so
        return False
    plain = _SEPARATED.sub("_", name).lower()
    return _SECRET_NAME.search(plain) is not None and _PLAIN_TOKEN.search(plain) is None


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of secret.

    Attributes:
        guard: Every text that the pattern can be found in holds this. To look for it costs little.
        pattern: Finds it; the group ``secret`` is what has to go.
        accepts: Looks closer at what was found.
        any_case: Whether the guard is looked for in any case of letters; it is in lower case then.
    """

    guard: str
    pattern: re.Pattern[str]
    accepts: Callable[[re.Match[str]], bool] = lambda _: True
    any_case: bool = False


_A_MARK = r"\[redacted(?::\w+)?\]"
MARKS: Final = re.compile(_A_MARK)
_SHORTEST, _LONGEST_WORD, _LONGEST_NAME = 8, 32, 48


def _beginning(letters: str) -> str:
    """A pattern for the first letters of a key, which stand not inside a word, but perhaps after an escape.

    That is looked at behind the letters: a pattern that begins with letters is found ten times as fast.
    """
    before = (
        r"\\[nrtbf]",
        r"\\u[0-9A-Fa-f]{4}",
        "%[0-9A-Fa-f]{2}",
        "%25[0-9A-Fa-f]{2}",
        "%5C[nrtbf]",
        "%5Cu[0-9A-Fa-f]{4}",
    )
    allowed = "|".join(f"(?<={each}{letters})" for each in before)
    return f"{letters}(?:(?<![A-Za-z0-9_]{letters})|{allowed})"


def _key(guard: str, beginnings: str, rest: str) -> Shape:
    started = "|".join(map(_beginning, beginnings.split()))
    return Shape(guard, re.compile(f"(?P<secret>(?:{started}){rest})"))


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _looks_random(found: re.Match[str]) -> bool:
    return len(found["secret"]) >= _LONGEST_WORD or _has_digit(found["secret"])


def _is_basic_login(found: re.Match[str]) -> bool:
    letters = found["secret"].translate(str.maketrans("-_", "+/")).rstrip("=")
    return len(letters) % 4 != 1 and b":" in base64.b64decode(letters + "=" * (-len(letters) % 4))


SHAPES: Final = (
    Shape("PRIVATE KEY-----", re.compile(
        r"(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----"
        r"(?:(?s:.*?)-----END [A-Z ]*PRIVATE KEY-----|[A-Za-z0-9+/=\s\\]*))"
    )),
    _key("sk-", "sk-", r"(?:[A-Za-z0-9_-]{32,}|(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,})"),
    _key("AIza", "AIza", r"[0-9A-Za-z_-]{30,}"),
    _key("_", "gh[pousr]_ github_pat_ hf_ gsk_ [rs]k_live_ [rs]k_test_", r"[A-Za-z0-9_]{16,}"),
    _key("AKIA", "AKIA", r"[0-9A-Z]{16}"),
    _key("ASIA", "ASIA", r"[0-9A-Z]{16}"),
    _key("xox", "xox[abeoprs]-", r"[A-Za-z0-9-]{10,}"),
    _key("glpat-", "glpat-", r"[A-Za-z0-9_-]{16,}"),
    _key("eyJ", "eyJ", r"[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
    Shape("bearer", re.compile(
        r"(?i:bearer)(?:\s+|%20|\+)(?P<secret>[A-Za-z0-9._~+/=-]{8,})"), _looks_random, any_case=True),
    Shape("basic", re.compile(
        r"(?i:basic)(?:\s+|%20|\+)(?P<secret>[A-Za-z0-9+/_-]{6,}={0,2})"), _is_basic_login, any_case=True),
    Shape("@", re.compile(
        rf":\\?/\\?/[^\s/@:\"'<>\\]*:(?P<secret>(?:{_A_MARK}|[^\s/@\"'<>\[\]])+)(?=@)")),
    Shape("cookie:", re.compile(
        r"(?i:cookie):\s*(?P<secret>[\w.-]+=[^\s\"'\\;]+(?:;\s*[\w.-]+(?:=[^\s\"'\\;]+)?)*)"), any_case=True),
)  # fmt: skip
"""The kinds of keys, in the order in which they are looked for."""

_WORDS = (
    "passw", "passphrase", "passcode", "pwd", "secret", "credential", "token", "cookie", "authorization", "key",
)  # fmt: skip
_VALUE = rf"(?:{_A_MARK}|[^\s&\"'<>;,(){{}}\[\]#\\])+"
_NO_LOGPROB = r"(?!\s*,\s*\\*[\"']logprob)"
_NAME_END = re.compile(r"[\w.\-]{0,8}")
_NAME_LETTERS = string.ascii_letters + string.digits + "_.-"
_SIGN = re.compile(r"\\*[\"']?\s*(?:[:=]|%3)")
_FIELD = re.compile(
    rf"\"\s*[:=]\s*\"(?P<plain>(?:[^\"\\]|\\.)+)\"{_NO_LOGPROB}"
    rf"|(?:\\*[\"'])?\s*[:=]\s*(?P<quote>\\+\"|\\*'|\")(?P<quoted>(?:(?!(?<!\\)(?P=quote)).)+)(?P=quote){_NO_LOGPROB}"
    rf"|\s*(?P<sign>[:=]|%3[DdAa])\s*(?:(?i:bearer|basic|token|digest|apikey)\s+)?(?P<bare>{_VALUE})"
)


_EXACT_HINTS = (
    *(shape.guard for shape in SHAPES if not shape.any_case and shape.guard != "_"),
    *("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "hf_", "gsk_", "k_live_", "k_test_"),
)
_HINTS = (*(shape.guard for shape in SHAPES if shape.any_case), *_WORDS)


def has_hint(text: str) -> bool:
    """Whether a text may hold a secret of a known shape or under the name of one. No is certain, and costs little.

    The same holds for data as JSON: no hint has letters that JSON writes in another way.
    """
    if any(hint in text for hint in _EXACT_HINTS):
        return True
    lowered = text.lower()
    return any(hint in lowered for hint in _HINTS)


def secret_fields(text: str, lowered: str) -> list[tuple[int, int]]:
    """Where the values of fields stand that are named like secrets: in JSON, in code, in headers, in queries.

    Args:
        text: The text.
        lowered: The same in lower case.

    Returns:
        The places as pairs of a start and an end, in order.
    """
    if len(lowered) != len(text):  # a few letters of Unicode become two
        lowered = text.translate(_ASCII_LOWER)
    names = {_NAME_END.match(text, place).end() for word in _WORDS for place in _places(word, lowered)}  # pyright: ignore[reportOptionalMemberAccess]
    places: list[tuple[int, int]] = []
    for end in sorted(names):
        if _SIGN.match(text, end) and (not places or end >= places[-1][1]):
            place = _value_of(text, end)
            if place is not None and not MARKS.fullmatch(text, *place):
                places.append(place)
    return places


_ASCII_LOWER = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def _places(word: str, lowered: str) -> Iterator[int]:
    place = lowered.find(word)
    while place >= 0:
        yield place + len(word)
        place = lowered.find(word, place + len(word))


def _value_of(text: str, end: int) -> tuple[int, int] | None:
    before = text[max(0, end - _LONGEST_NAME) : end]
    start = len(before.rstrip(_NAME_LETTERS))
    found = _FIELD.match(text, end) if is_secret_name(before[start:]) else None
    if found is None:
        return None
    if found["bare"] is None:
        return found.span("quoted" if found["plain"] is None else "plain")
    in_a_query = before[:start].endswith(("?", "&")) and "=" in found["sign"]
    is_long = len(found["bare"]) >= _SHORTEST and _has_digit(found["bare"])
    return found.span("bare") if in_a_query or is_long else None
