"""Redaction for a stream of facts, most of whose texts come again and again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from scenario._redaction import RedactionRule, Redactor, known_secrets
from scenario._secret_shapes import has_hint
from scenario.config import ScenarioConfig

_SHORT: Final = 200
_REMEMBERED: Final = 20_000


class RememberingRedactor(Redactor):
    """A redactor that remembers what became of short texts, such as keys, names and ids.

    Args:
        known: Values that are secrets, with their names for the mark.
        rules: More of them.
    """

    def __init__(self, known: Mapping[str, str], rules: Iterable[RedactionRule] = ()) -> None:
        super().__init__(known, rules)
        self._texts: dict[str, str] = {}
        escaped = {json.dumps(each, ensure_ascii=False)[1:-1] for each in self._known.literals}
        self._literals = tuple({*self._known.literals, *escaped})

    def may_change(self, text: str) -> bool:
        """Whether data may hold a secret. No is certain; yes has to be looked at.

        Args:
            text: The data as JSON whose letters are not escaped; that of many data may be joined.
        """
        if self._rules or any(literal in text for literal in self._literals):
            return True
        return has_hint(text.replace('_tokens":', '":'))  # the fields of usage are the names of no secrets

    def text(self, text: str) -> str:
        """The text with a mark in the place of each secret; the same object if there is none."""
        found = self._texts.get(text)
        if found is None:
            found = super().text(text)
            if len(text) < _SHORT:
                if len(self._texts) >= _REMEMBERED:
                    self._texts.clear()
                self._texts[text] = found
        return found


class Secrets(NamedTuple):
    """What a redactor is made of.

    Attributes:
        known: Values that are secrets, with their names.
        rules: More of them.
    """

    known: Mapping[str, str]
    rules: Sequence[RedactionRule] = ()

    @property
    def is_portable(self) -> bool:
        """Whether another process can redact by them: people's functions stay in theirs."""
        return all(isinstance(rule, str | re.Pattern) for rule in self.rules)


class CurrentSecrets:
    """Follows the environment and the configuration."""

    def __init__(self) -> None:
        self._secrets = Secrets({}, [])

    def __call__(self) -> Secrets:
        """The secrets that hold now: the same object while they stay."""
        configured = ScenarioConfig.default_config
        rules = list((configured.redact if configured is not None else None) or ())
        found = Secrets(known_secrets(), rules)
        if found != self._secrets:
            self._secrets = found
        return self._secrets


class CurrentRedactor:
    """Gives the redactor that follows the environment and the configuration, the same one while they stay."""

    def __init__(self) -> None:
        self._current = CurrentSecrets()
        self._secrets = Secrets({})
        self._redactor = RememberingRedactor({})

    def __call__(self) -> RememberingRedactor:
        """The redactor that holds now."""
        secrets = self._current()
        if secrets is not self._secrets:
            self._secrets, self._redactor = secrets, RememberingRedactor(*secrets)
        return self._redactor
