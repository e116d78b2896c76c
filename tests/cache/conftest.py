"""Every test has a cache folder of its own, and `within` stands for a running scenario."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from scenario._cache.recall import files
from scenario.cache import context_scenario
from support import agent, executor


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SCENARIO_CACHE_DIR", str(tmp_path / "cache"))
    yield tmp_path / "cache"
    files.close()


@pytest.fixture
def within():
    @contextmanager
    def within(cache_key="v1"):
        token = context_scenario.set(executor([agent()], cache_key=cache_key))
        try:
            yield
        finally:
            context_scenario.reset(token)

    return within


@pytest.fixture
def another_process():
    """Forget what is in memory, as a new process would."""
    return files.close
