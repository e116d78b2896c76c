"""A provider on loopback, and an environment without keys."""

from __future__ import annotations

import os

import pytest

from scenario._models.providers import PROVIDERS
from scenario.models import ModelRequest, language_model
from scenario.testing import ModelServer

ASKED = ModelRequest([{"role": "user", "content": "hi"}])


@pytest.fixture(autouse=True)
def without_keys(monkeypatch):
    for provider in PROVIDERS:
        for name in (*provider.key_variables, *provider.base_variables):
            monkeypatch.delenv(name, raising=False)
    assert not any(name.startswith("OPENAI_") for name in os.environ)


@pytest.fixture
def server():
    with ModelServer(default="hello") as running:
        yield running


@pytest.fixture
def model(server):
    return language_model("openai/gpt-4.1-mini", api_base=server.base_url)


@pytest.fixture
def asked():
    return ASKED
