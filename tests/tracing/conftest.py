"""The spans of a run, in the hands of a test."""

from __future__ import annotations

import openai
import pytest

from scenario._engine import spans
from scenario._genai import CAPTURE_VARIABLE
from scenario._tracing.instrument import record_model_calls
from tracing.model_server import answer
from tracing.traces import Traces, serving


@pytest.fixture(autouse=True)
def without_variables_of_the_reader(monkeypatch):
    monkeypatch.delenv(CAPTURE_VARIABLE, raising=False)


@pytest.fixture
def traces(monkeypatch):
    found = Traces()
    monkeypatch.setattr(spans, "_tracer", found.provider.get_tracer("scenario"))
    return found


@pytest.fixture
def recorded():
    """What a run with a provider does at its beginning. It stays: outside of recorded calls it does nothing."""
    record_model_calls()


@pytest.fixture(scope="module")
def server():
    with serving(answer) as running:
        yield running


@pytest.fixture(scope="module")
def client(server):
    with openai.OpenAI(api_key="none", base_url=f"{server.address}/v1", max_retries=0) as made:
        yield made
