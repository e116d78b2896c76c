"""Every test begins with nothing configured and nothing in the environment."""

from __future__ import annotations

import os
import sys
import threading

import pytest
from coverage import Coverage
from hypothesis import HealthCheck, settings

from scenario.config import ScenarioConfig

settings.register_profile(  # a machine that is busy with other tests is slow, and that is no fault of a test's
    "usual", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("usual"), max_examples=500)
settings.load_profile("usual")  # the others: pytest --hypothesis-profile=thorough


@pytest.fixture(autouse=True)
def unconfigured(monkeypatch: pytest.MonkeyPatch):
    for name in list(os.environ):
        if name.startswith(("SCENARIO_", "LANGWATCH_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("SCENARIO_VERBOSE", "0")
    monkeypatch.setenv("SCENARIO_CACHE_DIR", "")  # no test writes into the home
    monkeypatch.setattr(ScenarioConfig, "default_config", None)


@pytest.fixture
def untraced():
    """Nothing is counted as covered: for a test that does hundreds of times what others do once.

    To trace takes longer than what is traced. It holds for the test's thread, and for threads that begin in it; so
    a fixture that begins one which outlives the test stands before this one.
    """
    if Coverage.current() is None:
        yield
        return
    here, in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    yield
    threading.settrace(in_threads)
    sys.settrace(here)
