"""Every test begins with nothing configured and nothing in the environment."""

from __future__ import annotations

import os

import pytest

from scenario.config import ScenarioConfig


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch: pytest.MonkeyPatch):
    for name in list(os.environ):
        if name.startswith(("SCENARIO_", "LANGWATCH_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SCENARIO_VERBOSE", "0")
    monkeypatch.setenv("SCENARIO_CACHE_DIR", "")  # no test writes into the home
    monkeypatch.setattr(ScenarioConfig, "default_config", None)
