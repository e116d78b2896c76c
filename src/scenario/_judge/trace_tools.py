"""Looking into the spans of a run: some in full, or those in which words stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from scenario._judge.judge_span_digest_formatter import details, headline, span_id
from scenario._judge.string_deduplicator import StringDeduplicator
from scenario._text import as_text

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

MOST_CHARACTERS: Final = 16_384
"""The length of what a look into spans or a transcript shows."""

_MOST_FOUND: Final = 20


def expand_trace(spans: Sequence[ReadableSpan], span_ids: Sequence[str]) -> str:
    """Some spans in full.

    Args:
        spans: The spans of the run.
        span_ids: Their ids, or how these begin.

    Returns:
        The spans with their attributes and events; or what was wrong with the ids, and which there are.
    """
    wanted = [text.strip().lower() for text in span_ids if text.strip()]
    if not wanted:
        return f"Error: name at least one span. {_there(spans)}"
    unknown = [text for text in wanted if not any(span_id(span).startswith(text) for span in spans)]
    found = [span for span in spans if any(span_id(span).startswith(text) for text in wanted)]
    error = [f"Error: no span has the id {', '.join(unknown)}. {_there(spans)}"] if unknown else []
    return cut("\n".join(_in_full(found) + error))


def grep_trace(spans: Sequence[ReadableSpan], pattern: str) -> str:
    """The spans in whose name, attributes or events these words stand, in any case of letters.

    Args:
        spans: The spans of the run.
        pattern: The words, taken literally.

    Returns:
        At most 20 spans with their attributes and events; or, where nothing is found, the names there are.
    """
    if not pattern.strip():
        return "Error: name the words to look for."
    found = [span for span in spans if _holds(span, pattern.casefold())]
    if not found:
        names = ", ".join(dict.fromkeys(span.name for span in spans))
        return cut(f"No span holds {pattern!r}. The names of the spans: {names or 'there are none'}.")
    more = len(found) - _MOST_FOUND
    note = [f"{more} more spans hold {pattern!r}: look for something that fewer hold."] if more > 0 else []
    return cut("\n".join(note + _in_full(found[:_MOST_FOUND])))


def cut(text: str) -> str:
    """The text, or its beginning and how much was left out."""
    if len(text) <= MOST_CHARACTERS:
        return text
    left_out = len(text) - MOST_CHARACTERS
    return f"{text[:MOST_CHARACTERS]}\n[cut here: {left_out:,} more characters. Ask for less at once.]"


def _in_full(spans: Iterable[ReadableSpan]) -> list[str]:
    texts = StringDeduplicator()
    return [
        line for span in spans for line in (headline(span), *(f"    {text}" for text in details(span, texts)))
    ]


def _holds(span: ReadableSpan, wanted: str) -> bool:
    words = [span.name, *details(span, StringDeduplicator()), *_raw(span)]
    return any(wanted in text.casefold() for text in words)


def _raw(span: ReadableSpan) -> list[str]:
    """Attributes as they were written, as a judge may look for words in the form that it saw elsewhere."""
    groups = [span.attributes, *(event.attributes for event in span.events)]
    return [as_text(value) for group in groups for value in (group or {}).values()]


def _there(spans: Iterable[ReadableSpan]) -> str:
    told = ", ".join(f"{span_id(span)[:8]} ({span.name})" for span in spans)
    return f"There are: {told}." if told else "There are none."
