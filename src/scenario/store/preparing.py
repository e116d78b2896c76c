"""From facts to a group of rows: without secrets, without large media, each run followed from its beginning."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from scenario._engine.facts import Concluded, Fact, Started
from scenario._redaction import Redactor
from scenario.store.codec import to_plain
from scenario.store.losses import Tally
from scenario.store.media import LARGE, Medium, take_out
from scenario.store.plain import clean
from scenario.store.records import Group, Track, add, begin
from scenario.store.redaction import CurrentRedactor
from scenario.store.spans import plain_span, span_rows

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

_HEADLESS: Final = "the beginning of its run was not stored"
_logger = logging.getLogger("scenario")


@dataclass(frozen=True, slots=True)
class Told:
    """A fact, with the spans of its run when it is the last one."""

    fact: Fact
    spans: Sequence[ReadableSpan] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be written.

    Attributes:
        group: The rows.
        told: The facts that they were made of.
        media: Large media, by hash.
    """

    group: Group = field(default_factory=Group)
    told: list[Told] = field(default_factory=list[Told])
    media: dict[str, Medium] = field(default_factory=dict[str, Medium])

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self.group.tracks


class Preparation:
    """Follows the runs of one writer.

    Args:
        process_id: The id of the process in the store.
        tally: Counts what is lost.
        least: The fewest characters of media that are kept apart.
        redaction: Gives the redactor that holds now.
    """

    def __init__(
        self,
        process_id: str,
        tally: Tally,
        *,
        least: int = LARGE,
        redaction: Callable[[], Redactor] | None = None,
    ) -> None:
        self._process_id = process_id
        self._tally = tally
        self._least = least
        self._redaction = redaction or CurrentRedactor()
        self._tracks: dict[str, Track] = {}
        self._unsaved: dict[str, Track] = {}

    @property
    def has_open_runs(self) -> bool:
        """Whether a run goes on, or waits to be written again."""
        return bool(self._tracks or self._unsaved)

    def prepare(self, told: Sequence[Told]) -> Prepared:
        """The rows of these facts, and of the runs that could not be written before."""
        prepared = Prepared()
        prepared.group.tracks.update(self._unsaved)
        redaction = self._redaction() if told else None
        for each in told:
            try:
                self._take(prepared, each, redaction)
            except Exception as error:
                self._tally.lose(each.fact.run_id, f"{type(error).__name__}: {error}")
                _logger.debug("A fact cannot be stored: %r", type(each.fact), exc_info=True)
        for run_id, track in prepared.group.tracks.items():
            track.run["lost"] = self._tally.lost_of(run_id)
        return prepared

    def settle(self, prepared: Prepared, reason: str | None) -> None:
        """Note that a group was written, or why not. A run that was not is tried again with the next group."""
        if reason is None:
            self._unsaved.clear()
            for track in prepared.group.tracks.values():
                track.is_new = False
        else:
            self._unsaved.update(prepared.group.tracks)
            for each in prepared.told:
                self._tally.lose(each.fact.run_id, reason)
        for each in prepared.told:
            if isinstance(each.fact, Concluded):
                self._tracks.pop(each.fact.run_id, None)

    def _take(self, prepared: Prepared, told: Told, redaction: Redactor | None) -> None:
        fact = told.fact
        run_id = fact.run_id
        found: dict[str, Medium] = {}
        data = to_plain(fact)
        spans: list[Any] = [plain_span(span) for span in told.spans]
        if redaction is not None:
            data, spans = redaction.data(data), redaction.data(spans)
        data = take_out(data, found, self._least)
        if isinstance(fact, Started):
            prepared.group.forget(clean(run_id))
            self._tracks[run_id] = begin(run_id, fact.at, data, self._process_id)
        track = self._tracks.get(run_id)
        if track is None:
            self._tally.lose(run_id, _HEADLESS)
            return
        add(prepared.group, track, type(fact).__name__, fact.at, data)
        prepared.group.add("span", *span_rows(run_id, spans))
        for medium in found.values():
            row = {"run_id": clean(run_id), "hash": medium.hash, "size": len(medium.data)}
            prepared.group.add("media", row)
        prepared.media.update(found)
        prepared.told.append(told)
