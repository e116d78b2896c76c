"""Checks of what was said."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from scenario._text import text_of
from scenario.checks.base import FAILED, PASSED, Check, Finding, Subject, quote
from scenario.errors import ScriptError
from scenario.types import Evidence

Speaker = Literal["assistant", "user"]
_NAMES = {"assistant": "the agent", "user": "the user"}


@dataclass(frozen=True, repr=False)
class Said(Check):
    """Somebody said something that a pattern matches."""

    pattern: re.Pattern[str]
    by: Speaker

    @property
    def name(self) -> str:
        """The call that makes this check."""
        return f"said({self.pattern.pattern!r}{_by(self.by)})"

    def look(self, subject: Subject) -> Finding:
        """Find the first message that matches."""
        spoken = _spoken(subject, self.by)
        for index, text in spoken:
            if found := self.pattern.search(text):
                evidence = Evidence(index, found.group())
                return Finding(PASSED, f"{_NAMES[self.by]} said it", (evidence,), settled=True)
        if not spoken:
            return Finding(FAILED, f"{_NAMES[self.by]} said nothing at all")
        last = quote(subject.messages, spoken[-1][0])
        return Finding(FAILED, f"{_NAMES[self.by]} did not say it; the last message is the evidence", (last,))


@dataclass(frozen=True, repr=False)
class NeverSaid(Check):
    """Nobody of a role said something that a pattern matches."""

    pattern: re.Pattern[str]
    by: Speaker

    @property
    def name(self) -> str:
        """The call that makes this check."""
        return f"never_said({self.pattern.pattern!r}{_by(self.by)})"

    def look(self, subject: Subject) -> Finding:
        """Find every message that matches."""
        found = tuple(
            Evidence(index, match.group())
            for index, text in _spoken(subject, self.by)
            if (match := self.pattern.search(text))
        )
        if found:
            return Finding(FAILED, f"{_NAMES[self.by]} said it", found, settled=True)
        return Finding(PASSED, f"{_NAMES[self.by]} did not say it")


@dataclass(frozen=True, repr=False)
class JsonReply(Check):
    """The agent's last reply is JSON of a certain form."""

    form: Mapping[str, Any] | type[BaseModel]

    @property
    def name(self) -> str:
        """The call that makes this check."""
        form = self.form.__name__ if isinstance(self.form, type) else str(self.form.get("title", "a schema"))
        return f"json_reply({form})"

    def look(self, subject: Subject) -> Finding:
        """Read the last reply."""
        spoken = _spoken(subject, "assistant")
        if not spoken:
            return Finding(FAILED, "the agent has not said anything")
        index, text = spoken[-1]
        evidence = (quote(subject.messages, index),)
        try:
            json.loads(text)
        except (ValueError, RecursionError) as error:
            return Finding(FAILED, f"the last reply is not JSON: {error}", evidence)
        wrong = self._wrong(text)
        if wrong:
            return Finding(FAILED, f"the last reply has another form: {wrong}", evidence)
        return Finding(PASSED, "the last reply has that form", evidence)

    def _wrong(self, text: str) -> str | None:
        if isinstance(self.form, type):
            try:
                self.form.model_validate_json(text)
            except ValidationError as error:
                first = error.errors()[0]
                return f"{'.'.join(map(str, first['loc'])) or 'the value'}: {first['msg']}"
            return None
        return _schema_error(self.form, json.loads(text))


def _schema_error(schema: Mapping[str, Any], value: Any) -> str | None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only loaded by those who give a schema
    from jsonschema.exceptions import best_match  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    validator = Draft202012Validator(
        schema, registry=Registry()
    )  # an empty one fetches nothing from anywhere
    try:
        error = best_match(validator.iter_errors(value))
    except Unresolvable as unresolvable:
        raise ScriptError(
            f"json_reply(): the schema refers to something that is not in it: {unresolvable}"
        ) from unresolvable
    return None if error is None else f"{error.json_path}: {error.message}"


def said(pattern: str | re.Pattern[str], *, by: Speaker = "assistant") -> Check:
    """Somebody said something that a pattern matches.

    Args:
        pattern: A regular expression, searched in each message, in any case of letters.
        by: Whose messages to look at.

    Raises:
        ScriptError: The pattern is not a regular expression.
    """
    return Said(_compiled(pattern, "said", by), by)


def never_said(pattern: str | re.Pattern[str], *, by: Speaker = "assistant") -> Check:
    """Nobody of that role said anything that a pattern matches.

    Args:
        pattern: A regular expression, searched in each message, in any case of letters.
        by: Whose messages to look at.

    Raises:
        ScriptError: The pattern is not a regular expression.
    """
    return NeverSaid(_compiled(pattern, "never_said", by), by)


def json_reply(form: Mapping[str, Any] | type[BaseModel]) -> Check:
    """The agent's last reply is JSON of a certain form.

    Args:
        form: A JSON schema (draft 2020-12), or a pydantic model.

    Raises:
        ScriptError: It is neither.
    """
    if isinstance(form, type) and issubclass(form, BaseModel):
        return JsonReply(form)
    if not isinstance(form, Mapping):
        raise ScriptError(f"json_reply() takes a JSON schema or a pydantic model, not {form!r}")
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - only loaded by those who give a schema
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(form)
    except SchemaError as error:
        raise ScriptError(f"json_reply(): the schema is not valid: {error.message}") from error
    return JsonReply(form)


def _spoken(subject: Subject, role: str) -> list[tuple[int, str]]:
    """The messages of a role that say something, with their positions."""
    return [
        (index, text)
        for index, message in enumerate(subject.messages)
        if message.get("role") == role and (text := text_of(message))
    ]


def _compiled(pattern: str | re.Pattern[str], name: str, by: str) -> re.Pattern[str]:
    if by not in _NAMES:
        raise ScriptError(f"{name}(by={by!r}): it is said by 'assistant' or by 'user'")
    text = pattern.pattern if isinstance(pattern, re.Pattern) else pattern
    if not isinstance(text, str):
        raise ScriptError(f"{name}({pattern!r}): a regular expression of text is needed")
    try:
        return re.compile(pattern, re.IGNORECASE) if isinstance(pattern, str) else pattern
    except re.error as error:
        raise ScriptError(f"{name}({pattern!r}): not a regular expression: {error}") from error


def _by(speaker: str) -> str:
    return "" if speaker == "assistant" else f", by={speaker!r}"
