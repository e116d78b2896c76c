"""Streams of text: bytes to lines, lines to server-sent events. Pure.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
"""

from __future__ import annotations

import codecs
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from enum import Enum


class StreamKind(str, Enum):
    """How an answer is cut into pieces."""

    SSE = "sse"
    LINES = "lines"


class Lines:
    """Cuts a stream of bytes into lines of text, at CR, LF or both."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest: list[str] = []
        self._skips_newline = False

    def feed(self, data: bytes) -> Iterator[str]:
        """The lines that are complete with this piece."""
        text = self._decoder.decode(data)
        if self._skips_newline and text:
            text = text.removeprefix("\n")
            self._skips_newline = False
        if text.endswith("\r"):
            self._skips_newline = True
        first, *others = re.split(r"\r\n|\n|\r", text)
        self._rest.append(first)
        for line in others:
            yield "".join(self._rest)
            self._rest = [line]

    def end(self) -> Iterator[str]:
        """The last line, if it was not closed."""
        last = "".join(self._rest) + self._decoder.decode(b"", final=True)
        self._rest = []
        if last:
            yield last


@dataclass(frozen=True)
class Event:
    """An event of a stream.

    Attributes:
        name: Its type; ``message`` unless the server says otherwise.
        data: What it brings.
    """

    name: str
    data: str


class Events:
    """Puts lines together to server-sent events."""

    def __init__(self) -> None:
        self._name = ""
        self._data: list[str] = []

    def feed(self, line: str) -> Event | None:
        """The event that this line completes, if it does."""
        if not line:
            return self.end()
        field, _, value = line.removeprefix("\ufeff").partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self._data.append(value)
        elif field == "event":
            self._name = value
        return None

    def end(self) -> Event | None:
        """The event so far; for when the stream ends without a blank line."""
        event = Event(self._name or "message", "\n".join(self._data)) if self._data else None
        self._name, self._data = "", []
        return event


async def events_in(pieces: AsyncIterator[bytes], kind: StreamKind) -> AsyncIterator[Event]:
    """The events of a stream, up to its end or to ``[DONE]``, whichever comes first."""
    lines, events = Lines(), Events()
    async for piece in pieces:
        for line in lines.feed(piece):
            event = _event(events, line, kind)
            if event is not None and event.data.strip() == "[DONE]":
                return
            if event is not None:
                yield event
    for line in lines.end():
        event = _event(events, line, kind)
        if event is not None:
            yield event
    last = events.end()
    if last is not None and last.data.strip() != "[DONE]":
        yield last


def _event(events: Events, line: str, kind: StreamKind) -> Event | None:
    if kind is StreamKind.SSE:
        return events.feed(line)
    return Event("message", line) if line.strip() else None
