"""The demo suite, played once for all tests of this folder."""

from __future__ import annotations

import asyncio

import pytest

from report.played import play_suite
from scenario.analysis import select
from scenario.report.document import read_document
from scenario.store import FilePlace, open_store


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    found = FilePlace(tmp_path_factory.mktemp("demo") / "runs.db")
    asyncio.run(play_suite(found, judge_faults={"gives a refund": 2}))
    return found


@pytest.fixture(scope="session")
def document(place):
    with open_store(place) as store:
        return read_document(store, select(store, "last"))
