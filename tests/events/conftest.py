"""Servers for reporters, and an end for what reporters have started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from events.recording_server import RecordingServer, Reply, Request


@pytest.fixture(scope="session")
def client_loaded():
    """Loading the client takes longer than some events are worth waiting for."""
    from scenario._events.event_reporter import _client

    asyncio.run(_client().aclose())


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, client_loaded: None):
    """Starts a server that the runs of this process report to."""
    from scenario._events.outbox import Outbox
    from scenario._events.process import outboxes

    # A slow machine does not make snapshots give way; how they do is tested by itself.
    monkeypatch.setitem(Outbox.__init__.__kwdefaults__, "patience", 60.0)
    with ExitStack() as stack:

        def start(reply: Callable[[int, Request], Reply] = lambda n, request: Reply()) -> RecordingServer:
            server = stack.enter_context(RecordingServer(reply))
            monkeypatch.setenv("LANGWATCH_ENDPOINT", server.url)
            monkeypatch.setenv("LANGWATCH_API_KEY", "sk-planted")
            return server

        yield start
        outboxes.close(patience=0)
