"""The spans of a run, in the hands of a test."""

from __future__ import annotations

import pytest

from scenario._engine import spans
from scenario._genai import CAPTURE_VARIABLE
from tracing.traces import Traces


@pytest.fixture(autouse=True)
def without_variables_of_the_reader(monkeypatch):
    monkeypatch.delenv(CAPTURE_VARIABLE, raising=False)


@pytest.fixture
def traces(monkeypatch):
    found = Traces()
    monkeypatch.setattr(spans, "_tracer", found.provider.get_tracer("scenario"))
    return found
