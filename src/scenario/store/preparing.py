"""From facts to a group of rows: without secrets, without large media, each run followed from its beginning."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from scenario._engine.facts import Fact
from scenario.store.codec import PlainFact, kind_of, to_plain
from scenario.store.encoding import Encoded, encoded
from scenario.store.losses import Tally
from scenario.store.media import LARGE, Medium, take_out
from scenario.store.plain import clean
from scenario.store.records import Group, Track, add, begin
from scenario.store.redaction import CurrentRedactor, RememberingRedactor
from scenario.store.spans import plain_span, span_rows

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

_HEADLESS: Final = "the beginning of its run was not stored"
_logger = logging.getLogger("scenario")


Spans: TypeAlias = "Sequence[ReadableSpan | dict[str, Any]]"
"""Spans as they ended, or as data."""

Told: TypeAlias = "tuple[Fact | PlainFact, Spans]"
"""A fact, with the spans of its run when it is the last one. A bare pair, as one is made for every fact."""


class Followed(NamedTuple):
    """The runs that somebody writes, by id.

    Attributes:
        open: Those that go on.
        unsaved: Those that could not be written and wait for the next group.
    """

    open: dict[str, Track]
    unsaved: dict[str, Track]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be written.

    Attributes:
        group: The rows.
        told: The facts that they were made of.
        ended: The runs whose last facts are among them.
        media: Large media, by hash.
    """

    group: Group = field(default_factory=Group)
    told: list[Told] = field(default_factory=list[Told])
    ended: list[str] = field(default_factory=list[str])
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
        followed: The runs that somebody else followed so far.
    """

    def __init__(
        self,
        process_id: str,
        tally: Tally,
        *,
        least: int = LARGE,
        redaction: Callable[[], RememberingRedactor] | None = None,
        followed: Followed | None = None,
    ) -> None:
        self._process_id = process_id
        self._tally = tally
        self._least = least
        self._redaction = redaction or CurrentRedactor()
        self._tracks, self._unsaved = followed or Followed({}, {})

    @property
    def followed(self) -> Followed:
        """The runs, for somebody else to follow."""
        return Followed(self._tracks, self._unsaved)

    @property
    def has_open_runs(self) -> bool:
        """Whether a run goes on, or waits to be written again."""
        return bool(self._tracks or self._unsaved)

    def prepare(self, told: Sequence[Told]) -> Prepared:
        """The rows of these facts, and of the runs that could not be written before."""
        prepared = Prepared()
        prepared.group.tracks.update(self._unsaved)
        if told:
            self._take_all(prepared, told, self._redaction())
        for run_id, track in prepared.group.tracks.items():
            track.run["lost"] = self._tally.lost_of(run_id)
        return prepared

    def settle(self, prepared: Prepared, reason: str | None) -> None:
        """Note that a group was written, or why not. A run that was not is tried again with the next group."""
        if reason is None:
            self._unsaved.clear()
            for track in prepared.group.tracks.values():
                track.is_new = track.is_stale = False
        else:
            self._unsaved.update(prepared.group.tracks)
            for fact, _ in prepared.told:
                self._tally.lose(fact.run_id, reason)
        for run_id in prepared.ended:
            self._tracks.pop(run_id, None)

    def _take_all(self, prepared: Prepared, told: Sequence[Told], redaction: RememberingRedactor) -> None:
        forms = [self._encoded(fact) for fact, _ in told]
        texts = {text for form in forms if form is not None for text in form.told}
        is_clean = not redaction.may_change("\n".join(texts))
        for each, form in zip(told, forms, strict=True):
            try:
                if form is None or not (is_clean or not redaction.may_change("\n".join(form.told))):
                    self._take_apart(prepared, each, redaction)
                else:
                    self._add(prepared, each, form, redaction)
            except Exception as error:  # a fact holds other people's objects; the other facts are stored
                fact, _ = each
                self._tally.lose(fact.run_id, f"{type(error).__name__}: {error}")
                _logger.debug("A fact cannot be stored: %s", kind_of(fact), exc_info=True)

    def _encoded(self, fact: Fact | PlainFact) -> Encoded | None:
        """The fact as JSON; None when it has to be taken apart."""
        try:
            form = encoded(fact)
        except Exception:  # noqa: BLE001 - likewise; it is told when the fact is taken apart
            return None
        if form is None or len(form.text) >= self._least or len(form.message) >= self._least:
            return None
        return form

    def _take_apart(self, prepared: Prepared, told: Told, redaction: RememberingRedactor) -> None:
        """Take a fact that may hold a secret, or something large."""
        found: dict[str, Medium] = {}
        fact, _ = told
        data = take_out(redaction.data(to_plain(fact)), found, self._least)
        if self._add(prepared, told, Encoded(data), redaction):
            self._keep(prepared, fact.run_id, found)

    def _add(self, prepared: Prepared, told: Told, form: Encoded, redaction: RememberingRedactor) -> bool:
        """Take a fact into the group, if the beginning of its run was."""
        fact, ended = told
        kind = kind_of(fact)
        if kind == "Started":
            prepared.group.forget(clean(fact.run_id))
            self._tracks[fact.run_id] = begin(fact.run_id, fact.at, form.data, self._process_id)
        track = self._tracks.get(fact.run_id)
        if track is None:
            self._tally.lose(fact.run_id, _HEADLESS)
            return False
        add(prepared.group, track, kind, fact.at, form.data, form.text, form.message)
        if ended:
            spans: list[Any] = redaction.data([plain_span(span) for span in ended])
            prepared.group.add("span", *span_rows(fact.run_id, spans))
        if kind == "Concluded":
            prepared.ended.append(fact.run_id)
        prepared.told.append(told)
        return True

    def _keep(self, prepared: Prepared, run_id: str, found: dict[str, Medium]) -> None:
        for medium in found.values():
            row = {"run_id": clean(run_id), "hash": medium.hash, "size": len(medium.data)}
            prepared.group.add("media", row)
        prepared.media.update(found)
