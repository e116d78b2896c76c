"""What counts as a secret, and what stands in its place wherever something is written or sent.

A secret is one of three things: a value that the process knows to be one (a key in the environment, or one that
`register_secret` was given), text that has the shape of a well-known kind of key, or what stands under a name such as
``api_key``. ``scenario.configure(redact=[…])`` adds rules of one's own.
"""

from __future__ import annotations

import base64
import json
import logging
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast
from urllib.parse import quote, quote_plus, urlsplit

from scenario._secret_shapes import MARKS, SHAPES, Shape, is_secret_name, secret_fields
from scenario.config.scenario_config import ScenarioConfig

RedactionRule: TypeAlias = str | re.Pattern[str] | Callable[[str], str]

MARK: Final = "[redacted]"
"""What stands in a secret's place; for a known one with its name, as in ``[redacted:OPENAI_API_KEY]``."""

_SHORTEST = 8
_SHORTEST_WORD = 16
_VARIABLE = re.compile(r"(?:_KEY|(?:^|_)(?:TOKEN|SECRET|PASSWORD))$", re.IGNORECASE)
_NO_SECRETS = frozenset({"SCENARIO_CACHE_KEY"})
_COMMON = frozenset(
    {
        *("password", "changeme", "disabled", "enabled", "required", "optional", "unlimited", "undefined"),
        *("redacted", "localhost", "something", "whatever", "not-needed", "not_needed", "placeholder"),
        *("development", "production"),
    }
)

_logger = logging.getLogger("scenario")


class _Registered:
    """The values that this process was told to be secrets: one object for the process, as secrets are no run's own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: dict[str, str] = {}

    def add(self, value: str, name: str) -> None:
        with self._lock:
            self._names.setdefault(value, name)

    def items(self) -> list[tuple[str, str]]:
        with self._lock:
            return list(self._names.items())


_registered = _Registered()


def register_secret(value: str | None, name: str = "") -> None:
    """Treat a value as a secret from now on, for as long as the process lives.

    Args:
        value: The secret. Nothing happens for None, for common words, below 8 characters, and for letters alone
            below 16.
        name: What stands in the mark, such as the name of a setting.
    """
    if value is not None and _is_worth_hiding(value):
        _registered.add(value, re.sub(r"\W", "_", name))


def known_secrets(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The values that are known to be secrets, with their names.

    They are the registered ones, and those of variables whose names end in ``_KEY``, ``TOKEN``, ``SECRET`` or
    ``PASSWORD``.
    """
    found: dict[str, str] = {}
    for name, value in sorted(environment.items()):
        if _VARIABLE.search(name) and name not in _NO_SECRETS and _is_worth_hiding(value):
            found.setdefault(value, re.sub(r"\W", "_", name))
    for value, name in _registered.items():
        found.setdefault(value, name)
    return found


def redactor() -> Redactor:
    """The redactor that follows the environment and the configuration as they are now."""
    configured = ScenarioConfig.default_config
    return Redactor(known_secrets(), (configured.redact if configured is not None else None) or ())


class Redactor:
    """Replaces secrets by marks. What holds no secret stays equal, and to redact twice changes nothing more.

    Args:
        known: Values that are secrets, with their names for the mark; a name may be empty.
        rules: More of them: regular expressions whose matches are secrets, or functions from text to text.
    """

    def __init__(self, known: Mapping[str, str] | None = None, rules: Iterable[RedactionRule] = ()) -> None:
        self._known = _known_values(tuple(sorted((known or {}).items())))
        self._rules: list[re.Pattern[str] | Callable[[str], str]] = [
            re.compile(rule) if isinstance(rule, str) else rule for rule in rules
        ]

    def text(self, text: str) -> str:
        """The text with a mark in the place of each secret; the same object if there is none."""
        redacted = _apply_shapes(self._known.apply(text))
        for rule in self._rules:
            redacted = _outside_marks(redacted, rule)
        return text if redacted == text else redacted

    def data(self, value: Any) -> Any:
        """A deep copy of plain data without its secrets, those in the keys of dictionaries included.

        Args:
            value: What JSON holds, and tuples, sets and bytes. Any other object is returned as it is.

        Returns:
            New containers of the same kinds. What stands under a secret's name is replaced as well, except for None,
            booleans, empty text, the numbers under names of tokens, and the parts of a JSON schema.
        """
        match value:
            case str():
                return self.text(value)
            case bool() | float() | None:
                return value
            case int():
                return self._known.apply(str(value)) if str(value) in self._known.literals else value
            case bytes():
                text = value.decode("utf-8", "surrogateescape")
                return self.text(text).encode("utf-8", "surrogateescape")
            case Mapping():
                return self._mapping(cast("Mapping[Any, Any]", value))
            case list() | tuple() | set() | frozenset():
                items = [self.data(item) for item in cast("Iterable[Any]", value)]
                return items if isinstance(value, list) else _like(cast("Any", value), items)
            case _:
                return value

    def _mapping(self, fields: Mapping[Any, Any]) -> dict[Any, Any]:
        copy: dict[Any, Any] = {}
        for key, value in fields.items():
            is_secret = (
                isinstance(key, str) and is_secret_name(key) and not (key == "token" and "logprob" in fields)
            )
            copy[_unused(self.data(key), copy)] = self._hidden(key, value) if is_secret else self.data(value)
        return copy

    def _hidden(self, name: str, value: Any) -> Any:
        match value:
            case str() | bytes() if value:
                text = self.data(value)
                shown = text if isinstance(text, str) else text.decode("utf-8", "replace")
                return text if MARKS.fullmatch(shown) else MARK if isinstance(value, str) else MARK.encode()
            case int() | float() if not isinstance(value, bool) and "token" not in name.lower():
                return MARK
            case Mapping() if not {"type", "$ref", "anyOf"} & set(cast("Mapping[Any, Any]", value)):
                items = cast("Mapping[Any, Any]", value).items()
                return {self.data(key): self._hidden(name, item) for key, item in items}
            case list() | tuple():
                hidden = [self._hidden(name, item) for item in cast("Sequence[Any]", value)]
                return hidden if isinstance(value, list) else _like(cast("Any", value), hidden)
            case _:
                return self.data(value)


class _KnownValues:
    """Known secrets in every form that they may have in a text: as they are, escaped, encoded."""

    def __init__(self, names: Sequence[tuple[str, str]]) -> None:
        marks: dict[str, str] = {}
        for value, name in names:
            for form in _forms(value):
                marks.setdefault(form, f"[redacted:{name}]" if name else MARK)
        self.literals = sorted(marks, key=len, reverse=True)
        self._marks = marks
        self._pattern = re.compile("|".join([MARKS.pattern, *(re.escape(form) for form in self.literals)]))

    def apply(self, text: str) -> str:
        if not any(literal in text for literal in self.literals):
            return text
        return self._pattern.sub(lambda found: self._marks.get(found[0], found[0]), text)


_known_values = lru_cache(maxsize=8)(_KnownValues)


def _forms(value: str) -> set[str]:
    escaped = {value}
    for ascii_only in (True, False):
        once = json.dumps(value, ensure_ascii=ascii_only)[1:-1]
        escaped |= {once, json.dumps(once)[1:-1]}
    escaped.add(repr(value)[1:-1])
    data = value.encode("utf-8", "surrogatepass")
    for encoded in (quote(data, safe=""), quote(data), quote_plus(data)):
        escaped |= {encoded, re.sub("%..", lambda found: found[0].lower(), encoded)}
    for offset, skipped in enumerate((0, 2, 3)):  # where three bytes, and so four letters, begin anew
        letters = base64.b64encode(bytes(offset) + data)[skipped : (offset + len(data)) * 8 // 6].decode()
        escaped |= {letters, letters.replace("+", "-").replace("/", "_")}
    return escaped


def bare_address(address: str) -> str:
    """An address without user, password and parameters; what has no host stays as it is."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else address


def _is_worth_hiding(value: str) -> bool:
    if value.isalpha() and len(value) < _SHORTEST_WORD:
        return False  # "anything", say, the key of a server that asks for none: replaced, it would tear holes into texts
    return len(value) >= _SHORTEST and value.lower() not in _COMMON and len(set(value)) > 1


def _apply_shapes(text: str) -> str:
    lowered = text.lower()
    for shape in SHAPES:
        if shape.guard in (lowered if shape.any_case else text):
            text = shape.pattern.sub(lambda found, shape=shape: _marked(found, shape), text)
    pieces: list[str] = []
    position = 0
    for start, end in secret_fields(text, text.lower()):
        pieces += [text[position:start], MARK]
        position = end
    return "".join([*pieces, text[position:]]) if pieces else text


def _marked(found: re.Match[str], shape: Shape) -> str:
    secret = found["secret"]
    if MARKS.fullmatch(secret) or not shape.accepts(found):
        return found[0]
    start, end = (place - found.start() for place in found.span("secret"))
    return found[0][:start] + MARK + found[0][end:]


def _outside_marks(text: str, rule: re.Pattern[str] | Callable[[str], str]) -> str:
    if "[redacted" not in text:
        return _ruled(text, rule)
    pieces: list[str] = []
    position = 0
    for mark in MARKS.finditer(text):
        pieces += [_ruled(text[position : mark.start()], rule), mark[0]]
        position = mark.end()
    return "".join([*pieces, _ruled(text[position:], rule)])


def _ruled(text: str, rule: re.Pattern[str] | Callable[[str], str]) -> str:
    if not text:
        return text
    if isinstance(rule, re.Pattern):
        return rule.sub(lambda found: MARK if found[0] else "", text)
    try:
        redacted = rule(text)
    except (
        Exception
    ):  # people's own code; what it failed on may be the secret, so nothing of the text is kept
        _logger.warning("The rule %r of `redact` failed, so its whole text is left out.", rule, exc_info=True)
        return MARK
    return redacted if isinstance(redacted, str) else MARK


def _like(kind: Any, items: list[Any]) -> Any:
    is_named = isinstance(kind, tuple) and hasattr(kind, "_fields")
    return type(kind)(*items) if is_named else type(kind)(items)


def _unused(key: Any, taken: Mapping[Any, Any]) -> Any:
    if key not in taken or not isinstance(key, str):
        return key
    number = 2
    while f"{key} ({number})" in taken:
        number += 1
    return f"{key} ({number})"
