"""Servers that a test starts, stopped when it is over."""

from __future__ import annotations

import pytest

from scenario.testing import LoopbackServer


@pytest.fixture
def serve():
    """Starts a loopback server whose answers are a function of the request, or always the same."""
    servers = []

    def start(answer, **options):
        function = answer if callable(answer) else lambda request: answer
        servers.append(LoopbackServer(function, **options).start())
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
