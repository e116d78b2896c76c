"""A scenario with models on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from replay.studio import Studio, is_of_the_judge, verdict
from scenario.testing import ModelServer


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as server:
        server.reply_with("Hello, where is my parcel?", default="And when does it arrive?")
        server.reply_with(default=lambda body: verdict(), when=is_of_the_judge)
        yield server


@pytest.fixture
def studio(server: ModelServer, tmp_path: Path) -> Studio:
    return Studio(tmp_path / "cassettes", server)
