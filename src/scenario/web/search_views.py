"""The data of the search."""

from __future__ import annotations

import re
from typing import Final

from scenario.store import queries
from scenario.store.open import RunStore
from scenario.store.overview import overviews_of
from scenario.store.rows import Found, RunRow
from scenario.web import shapes
from scenario.web.message_data import ExcerptPart, FoundMessage, SearchResults
from scenario.web.operations import Asked

_AROUND: Final = 120


def search(store: RunStore, asked: Asked) -> SearchResults:
    """Messages that hold a text, each with the run and the batch that it belongs to."""
    words = asked.the_text("q")
    found = queries.search(store, words, batch=asked.text("batch"), limit=asked.whole("limit", 50))
    runs = {each.id: each for each in queries.runs(store, ids={each.run_id for each in found})}
    batches = overviews_of(store, {each.batch_id for each in found})
    names = {batch_id: shapes.batch_name(each) for batch_id, each in batches.items()}
    return {
        "found": [
            _hit(each, runs[each.run_id], names.get(each.batch_id, each.batch_id), words)
            for each in found
            if each.run_id in runs  # it can be removed meanwhile
        ]
    }


def _hit(found: Found, run: RunRow, batch_name: str, words: str) -> FoundMessage:
    parts = excerpt(found.text, words)
    told = shapes.run(run)
    return {
        "run_id": found.run_id,
        "batch_id": found.batch_id,
        "batch_name": batch_name,
        "name": found.name,
        "trial": run.trial,
        "state": told["state"],
        "outcome": told["outcome"],
        "status": told["status"],
        "fault": told["fault"],
        "position": found.position,
        "role": found.role,
        "text": "".join(each["text"] for each in parts),
        "parts": parts,
        "at": found.at,
    }


def excerpt(text: str, words: str) -> list[ExcerptPart]:
    """What a text says around the first place of some words, cut where they stand. Pure."""
    pattern = re.compile(re.escape(words), re.IGNORECASE)
    first = pattern.search(text)
    start, end = (0, 0) if first is None else first.span()
    start, end = max(0, start - _AROUND), end + _AROUND
    shown = f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
    parts: list[ExcerptPart] = []
    last = 0
    for hit in pattern.finditer(shown):
        parts.append({"text": shown[last : hit.start()], "is_hit": False})
        parts.append({"text": hit.group(), "is_hit": True})
        last = hit.end()
    parts.append({"text": shown[last:], "is_hit": False})
    return [each for each in parts if each["text"]]
