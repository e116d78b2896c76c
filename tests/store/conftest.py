"""Stores in files of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scenario.store import FilePlace, RunStore, StoreSink, open_store
from scenario.store.sink import close_sinks
from store.stories import Story


@pytest.fixture
def place(tmp_path: Path) -> FilePlace:
    return FilePlace(tmp_path / "runs.db")


@pytest.fixture(autouse=True)
def no_sink_is_left() -> Iterator[None]:
    yield
    close_sinks()


@pytest.fixture
def keep(place: FilePlace) -> Callable[..., RunStore]:
    """Stores the facts of stories, and opens the store."""
    opened: list[RunStore] = []

    def kept(*stories: Story, at: FilePlace = place) -> RunStore:
        sink = StoreSink(at)
        for told in stories:
            for fact in told.facts:
                sink.receive(fact)
        losses = sink.close()
        assert not losses, str(losses)
        opened.append(open_store(at))
        return opened[-1]

    yield kept
    for store in opened:
        store.close()
