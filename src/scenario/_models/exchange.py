"""What calls of models share in a process: clients with their connections, limits, and what endpoints taught us."""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Any, cast

from scenario._models.adapt import Change
from scenario._models.client_logs import redact_client_logs
from scenario._models.io_loop import io_loop
from scenario._models.limits import Gate, Limit
from scenario._models.openai_calls import DEFAULT_TIMEOUT
from scenario._models.providers import Endpoint
from scenario._models.settings import Settings

CALLS_TO_BEGIN_WITH = 256
MOST_CALLS = 1000  # as many as the client's pool has connections
CONNECT_TIMEOUT = 10.0


class Exchange:
    """What calls of models share. Everything in it is used on the I/O loop only."""

    def __init__(self) -> None:
        self._clients: dict[tuple[Any, ...], Any] = {}
        self._gates: dict[str, Gate] = {}
        self._learned: dict[tuple[str, str], list[Change]] = {}
        self._inherited: list[Any] = []

    def client(self, endpoint: Endpoint, settings: Settings) -> Any:
        """The client for an endpoint and a key. Its package is imported here, and not before."""
        key = (endpoint.base_url, endpoint.key, settings.organization, settings.project)
        client = self._clients.get(key)
        if client is None:
            client = self._clients[key] = _made(endpoint, settings)
            io_loop().at_close(client.close)
        return client

    def gate(self, address: str) -> Gate:
        """The limit of calls at once to an address."""
        if address not in self._gates:
            self._gates[address] = Gate(Limit(CALLS_TO_BEGIN_WITH, MOST_CALLS))
        return self._gates[address]

    def learned(self, address: str, model: str) -> list[Change]:
        """What a model at an address was found not to take; it may be added to."""
        return self._learned.setdefault((address, model), [])

    def forget(self) -> None:
        """In a child process: connections of the parent are left alone, kept from being closed, and never used."""
        self._inherited.append(self._clients)
        self._clients, self._gates = {}, {}


def _made(endpoint: Endpoint, settings: Settings) -> Any:
    import openai  # noqa: PLC0415 - half a second, paid by the first call of a model

    record_if_traced()
    redact_client_logs()
    others = {name: openai.Omit() for name in ("OpenAI-Organization", "OpenAI-Project")}
    return openai.AsyncOpenAI(
        api_key=endpoint.key,
        base_url=endpoint.base_url,
        organization=settings.organization,
        project=settings.project,
        max_retries=0,
        timeout=openai.Timeout(DEFAULT_TIMEOUT, connect=CONNECT_TIMEOUT),
        default_headers=None if endpoint.provider == "openai" else cast("Any", others),
    )


def record_if_traced() -> None:
    """Let the calls of a client that has just been imported become spans, if the run that needs it is traced."""
    from scenario._engine.spans import current_call  # noqa: PLC0415 - a run has it; a model alone need not

    if current_call.get() is not None:
        from scenario._tracing.instrument import record_model_calls  # noqa: PLC0415 - only where it is needed

        record_model_calls()


@cache
def exchange() -> Exchange:
    """What calls of models share in this process."""
    made = Exchange()
    if sys.platform != "win32":
        os.register_at_fork(after_in_child=made.forget)
    return made
