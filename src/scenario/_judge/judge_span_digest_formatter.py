"""The spans of a run as text that a judge can read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from scenario import _genai
from scenario._judge.deep_transform import deep_transform
from scenario._judge.string_deduplicator import StringDeduplicator
from scenario._judge.truncate_media import truncate_media, truncate_media_url
from scenario._text import as_text, shorten

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

NO_SPANS: Final = "No spans recorded."

_PREFIX = "langwatch."
_DROPPED = frozenset({"thread.id", "scenario.id", "scenario.name", _genai.CONVERSATION_ID})
_SECOND = 1_000_000_000
_ERROR = "ERROR"
_REASON = 200


@dataclass(frozen=True)
class Node:
    """A span and the spans below it, in the order in which they began."""

    span: ReadableSpan
    children: tuple[Node, ...]


class JudgeSpanDigestFormatter:
    """Writes the spans of a run as a tree, for a judge's prompt."""

    def format(self, spans: Iterable[ReadableSpan]) -> str:
        """All of the spans, with their attributes and events.

        Args:
            spans: The spans, in any order.

        Returns:
            A line of their number and duration, the tree, and the spans that failed. Media are named in place
            of being shown; a long text stands once; what is JSON in a text is shown as data.
        """
        texts = StringDeduplicator()
        return _digest(list(spans), lambda span: details(span, texts))

    def format_structure_only(self, spans: Iterable[ReadableSpan]) -> str:
        """The tree alone, without attributes and events.

        Args:
            spans: The spans, in any order.

        Returns:
            A line of their number, duration and tokens, the tree, and the spans that failed.
        """
        return _digest(list(spans), lambda _: [], with_tokens=True)


def span_id(span: ReadableSpan) -> str:
    """A span's id: 16 hexadecimal digits."""
    context: Any = span.get_span_context()
    return f"{context.span_id:016x}"


def headline(span: ReadableSpan) -> str:
    """A span in a line: the beginning of its id, when it began, its name, its duration, whether it failed."""
    failed = " [ERROR]" if has_failed(span) else ""
    took = _duration((span.end_time or span.start_time or 0) - (span.start_time or 0))
    return f"[{span_id(span)[:8]}] {_moment(span.start_time)} {span.name} ({took}){failed}"


def details(span: ReadableSpan, texts: StringDeduplicator) -> list[str]:
    """A span's attributes and events, a line for each.

    Args:
        span: The span.
        texts: The long texts that were shown before.
    """
    lines = [f"{key}: {value}" for key, value in _shown(span.attributes, texts)]
    if span.status is not None and span.status.description:
        lines.append(f"status: {texts.process(span.status.description)}")
    for event in span.events:
        lines.append(f"[event] {event.name}")
        lines += [f"  {key}: {value}" for key, value in _shown(event.attributes, texts)]
    return lines


def has_failed(span: ReadableSpan) -> bool:
    """Whether a span stands for something that went wrong."""
    return span.status is not None and span.status.status_code.name == _ERROR


def tree(spans: Sequence[ReadableSpan]) -> tuple[Node, ...]:
    """The spans below those that they are part of; what belongs to none of them comes first in the tree."""
    ordered = sorted(spans, key=lambda span: span.start_time or 0)
    there = {span_id(span) for span in ordered}
    below: dict[str | None, list[ReadableSpan]] = {}
    for span in ordered:
        above = None if span.parent is None else f"{span.parent.span_id:016x}"
        below.setdefault(above if above in there and above != span_id(span) else None, []).append(span)
    return _nodes(below)


def _nodes(below: Mapping[str | None, list[ReadableSpan]]) -> tuple[Node, ...]:
    """The nodes, built from the leaves up, so that a deep tree needs no deep stack."""
    built: dict[str, Node] = {}
    waiting = [(span, False) for span in below.get(None, ())]
    while waiting:
        span, is_done = waiting.pop()
        children = below.get(span_id(span), [])
        if is_done:
            built[span_id(span)] = Node(span, tuple(built[span_id(child)] for child in children))
        else:
            waiting += [(span, True), *((child, False) for child in children)]
    return tuple(built[span_id(span)] for span in below.get(None, ()))


def _digest(spans: list[ReadableSpan], describe: Any, *, with_tokens: bool = False) -> str:
    if not spans:
        return NO_SPANS
    began = min(span.start_time or 0 for span in spans)
    ended = max(span.end_time or span.start_time or 0 for span in spans)
    head = f"Spans: {len(spans)} | Total duration: {_duration(ended - began)}"
    lines = [head + (_tokens(spans) if with_tokens else ""), ""]
    for root in tree(spans):
        lines += _drawn(root, describe)
    failed = [span for span in spans if has_failed(span)]
    if failed:
        lines += ["", "Spans with errors:", *(f"- {headline(span)}{_why(span)}" for span in failed)]
    return "\n".join(lines)


def _drawn(root: Node, describe: Any) -> list[str]:
    """A tree of spans as lines, with the lines that connect them."""
    lines: list[str] = []
    waiting = [(root, "", "")]
    while waiting:
        node, before, below = waiting.pop()
        bar = below + ("│   " if node.children else "    ")
        lines.append(f"{before}{headline(node.span)}")
        lines += [f"{bar}{line}" for text in describe(node.span) for line in text.splitlines()]
        last = len(node.children) - 1
        for index in range(last, -1, -1):
            is_last = index == last
            joint, rest = ("└── ", "    ") if is_last else ("├── ", "│   ")
            waiting.append((node.children[index], below + joint, below + rest))
    return lines


def _shown(attributes: Mapping[str, Any] | None, texts: StringDeduplicator) -> Iterable[tuple[str, str]]:
    """The attributes that tell a judge something, by their shorter names."""
    known = attributes or {}
    for key, value in known.items():
        name = key.removeprefix(_PREFIX)
        if name not in _DROPPED and (name == key or name not in known):
            yield name, _value(value, texts)


def _value(value: Any, texts: StringDeduplicator) -> str:
    data = deep_transform(value, _data_in_text)
    return as_text(deep_transform(truncate_media(data), lambda item: _shortened(item, texts)))


def _data_in_text(value: Any) -> Any:
    """What JSON in a text says, its own texts included; anything else as it is."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return deep_transform(json.loads(value), _data_in_text)
    except (ValueError, RecursionError):
        return value


def _shortened(value: Any, texts: StringDeduplicator) -> Any:
    return texts.process(truncate_media_url(value)) if isinstance(value, str) else value


def _tokens(spans: Iterable[ReadableSpan]) -> str:
    total = sum(
        count
        for span in spans
        for name in (_genai.USAGE_INPUT_TOKENS, _genai.USAGE_OUTPUT_TOKENS)
        if isinstance(count := _genai.read(span.attributes, name), int | float)
    )
    return f" | Tokens: {total:,}" if total else ""


def _why(span: ReadableSpan) -> str:
    description = span.status.description if span.status is not None else None
    return f": {shorten(description, _REASON)}" if description else ""


def _duration(nanoseconds: int) -> str:
    if nanoseconds < _SECOND:
        return f"{round(nanoseconds / 1_000_000)}ms"
    return f"{nanoseconds / _SECOND:.2f}s"


def _moment(nanoseconds: int | None) -> str:
    moment = datetime.fromtimestamp((nanoseconds or 0) / _SECOND, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
