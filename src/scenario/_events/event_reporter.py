"""Sending events to a server of the protocol, when one is configured."""

from __future__ import annotations

import logging
import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from scenario._events.events import ScenarioEvent
from scenario._events.outbox import Account, Outbox
from scenario._events.process import outboxes
from scenario._events.sender import CONNECT_TIMEOUT, TIMEOUT, Sender, UndeliveredError
from scenario.config import LangWatchSettings
from scenario.errors import ConfigError

if TYPE_CHECKING:
    from httpx2 import AsyncClient

_RETRIES = 3
_KEY = "LANGWATCH_API_KEY"

_logger = logging.getLogger("scenario")


class EventReporter:
    """Sends events to a server of the event protocol, ``POST {endpoint}/api/scenario-events``.

    A bus delivers through it beside the runs: in order within a run, several runs at once, on one thread. With
    a key in the environment every bus that is given no reporter has one of these, the same for the whole process.

    Args:
        endpoint: The server's address; ``LANGWATCH_ENDPOINT`` by default, else ``https://app.langwatch.ai``.
        api_key: The key; ``LANGWATCH_API_KEY`` by default. Without one nothing is sent.
        project_id: The project, for keys that are good for several; ``LANGWATCH_PROJECT_ID`` by default.

    Raises:
        ConfigError: The address is none.
    """

    def __init__(
        self, endpoint: str | None = None, api_key: str | None = None, *, project_id: str | None = None
    ) -> None:
        settings = _settings(endpoint=endpoint, api_key=api_key, project_id=project_id)
        self.endpoint = str(settings.endpoint).rstrip("/")
        self.api_key = settings.api_key
        self.project_id = settings.project_id
        self._sender = Sender(self.endpoint, self.api_key, self.project_id)
        self._outbox = Outbox(self._sender.host, lambda: _HttpCarrier(self._sender))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({urlsplit(self.endpoint).hostname!r})"

    async def post_event(self, event: ScenarioEvent) -> dict[str, Any]:
        """Send one event, now. It is sent again up to three times when that may help.

        Returns:
            ``{"setUrl": …}`` when the server said where the run can be seen; ``{}`` when it did not, and when the
            event could not be delivered, which is logged.
        """
        if not self.api_key:
            _warn_of_no_key()
            return {}
        carrier = _HttpCarrier(self._sender)
        try:
            return await carrier.post(event, _RETRIES)
        except UndeliveredError as error:
            _logger.error("Not delivered: %s", error)  # noqa: TRY400 - the text says it all, and holds no key
            return {}
        finally:
            await carrier.close()

    def account(self, max_retries: int) -> Account | None:
        """What a bus hands its events to; None, with a warning, when there is no key.

        Args:
            max_retries: How often an event is sent again.
        """
        if not self.api_key:
            _warn_of_no_key()
            return None
        return Account(self._outbox, max_retries)


def configured_reporter() -> EventReporter | None:
    """The reporter that the environment asks for: the same for the whole process; None without a key.

    Raises:
        ConfigError: There is a key, and an address that is none.
    """
    if _KEY not in os.environ and _KEY.lower() not in os.environ:  # on the path of every run
        return None
    settings = _settings()
    if not settings.api_key:
        return None
    return _shared(str(settings.endpoint), settings.api_key, settings.project_id)


class _HttpCarrier:
    """Sends with one client, which keeps its connections. It is made for the first event."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._client: AsyncClient | None = None

    async def post(self, event: ScenarioEvent, max_retries: int) -> dict[str, Any]:
        """Send one event.

        Raises:
            UndeliveredError: It was given up.
        """
        if self._client is None:
            self._client = _client()
        return await self._sender.send(self._client, event, max_retries)

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()


def _client() -> AsyncClient:
    with outboxes.loading:
        from httpx2 import AsyncClient, Timeout  # noqa: PLC0415 - loaded when there is something to send

        client = AsyncClient(timeout=Timeout(TIMEOUT, connect=CONNECT_TIMEOUT))
        import_module("anyio._backends._asyncio")  # else its first connection would
        return client


@cache
def _shared(endpoint: str, api_key: str, project_id: str | None) -> EventReporter:
    return EventReporter(endpoint, api_key, project_id=project_id)


@cache
def _warn_of_no_key() -> None:
    _logger.warning("An EventReporter has no key, so nothing is sent. Set %s, or give it an api_key.", _KEY)


def _settings(**given: str | None) -> LangWatchSettings:
    try:
        return LangWatchSettings.model_validate(
            {name: value for name, value in given.items() if value is not None}
        )
    except ValidationError as error:
        worst = error.errors(include_input=False, include_context=False)[0]
        name, why = str(worst["loc"][0]), worst["msg"].removeprefix("Value error, ")
        source = f"$LANGWATCH_{name.upper()}" if given.get(name) is None else f"EventReporter({name}=…)"
        text = f"{source} cannot be used: {why}. Change or remove it."
        raise ConfigError(text, source=source) from None
