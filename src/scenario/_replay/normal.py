"""What a request is when it is compared: without what differs from run to run. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from scenario._secret_shapes import MARKS
from scenario._tape import JSON

_IDS: Final = re.compile(
    r"\bscenario(?:run|thread|msg|batch)_(?:[0-9A-Za-z]{27}|\d+)\b"
    r"|\bscenario_[0-9A-Za-z]{27}\b"
    r"|\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"
    r"|\b(?=\d*[a-f])(?:[0-9a-f]{32}|[0-9a-f]{16})\b"
    r"|\b(?:call|toolu|chatcmpl|resp|req|msg|run|fc)[_-](?=[A-Za-z]*\d)[0-9A-Za-z]{12,}\b"
)
_TIME: Final = re.compile(
    r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?(?![\d:])"
)
_SPANS: Final = re.compile(r"\n*<spans>\n.*?\n</spans>", re.DOTALL)
_SPAN_LINE: Final = re.compile(r"\[[0-9a-f]{8}\] <time> (.*) \([\d.]+m?s\)")
_LONG: Final = 400
_MEDIA: Final = re.compile(r"[A-Za-z0-9+/_-]{400,}={0,2}")
_CALL: Final = "tool_call_id"


def normal(request: Mapping[str, JSON]) -> JSON:
    """A request in the form in which it is compared and recorded; a copy of its own.

    Identifiers become ``<id 1>``, ``<id 2>``, in the order in which they come up, so that two that were equal stay
    equal. Those of tool calls do so whatever they look like; elsewhere those of this library, UUIDs, trace and span
    ids, and what providers give out. Times of day become ``<time>``, names of secrets are left out of their marks, and
    the spans that a judge is shown do not count. Of media, and of what else is long and without a space, the hash
    stands there. To do it twice changes nothing more.

    Args:
        request: The request, with its secrets replaced.
    """
    return _Names().data(request)


def _hashed(found: re.Match[str]) -> str:
    digest = hashlib.sha256(found[0].encode()).hexdigest()[:12]
    return f"<{len(found[0])} letters, sha256 {digest}>"


class _Names:
    """The identifiers of one request, numbered as they come up."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def data(self, value: JSON) -> JSON:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return self._mapping(cast("Mapping[str, Any]", value))
        if isinstance(value, list | tuple):
            return [self.data(item) for item in cast("Sequence[Any]", value)]
        return value

    def text(self, text: str) -> str:
        if "<spans>" in text:
            text = _SPANS.sub("", text)
        if len(text) >= _LONG:
            text = _MEDIA.sub(_hashed, text)
        text = MARKS.sub("[redacted]", text)
        text = _TIME.sub("<time>", text)
        if "<time>" in text:
            text = _SPAN_LINE.sub(r"[<span>] <time> \1 (<duration>)", text)
        return _IDS.sub(lambda found: self._name(found[0]), text)

    def _mapping(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        copies: dict[str, Any] = {}
        for key in sorted(fields):
            value = fields[key]
            if key == _CALL and isinstance(value, str):
                copies[key] = self._name(value)
            elif key == "tool_calls" and isinstance(value, list):
                copies[key] = [self._tool_call(item) for item in cast("list[Any]", value)]
            else:
                copies[key] = self.data(value)
        return {key: copies[key] for key in fields}

    def _tool_call(self, call: Any) -> Any:
        if not isinstance(call, dict) or not isinstance(call.get("id"), str):
            return self.data(call)
        fields = cast("dict[str, Any]", call)
        name = self._name(fields["id"])
        rest = self._mapping({key: value for key, value in fields.items() if key != "id"})
        return {key: name if key == "id" else rest[key] for key in fields}

    def _name(self, found: str) -> str:
        if re.fullmatch(r"<id \d+>", found):
            return found
        return self._numbers.setdefault(found, f"<id {len(self._numbers) + 1}>")
