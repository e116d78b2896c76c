"""Sending events to a server of the protocol."""

from __future__ import annotations

from typing import Any

from scenario._events.events import ScenarioEvent
from scenario.config import LangWatchSettings
from scenario.errors import NotAvailableError


class EventReporter:
    """Knows where a server of the event protocol is.

    This version does not send anything yet: an event bus takes any object with an asynchronous
    ``post_event(event)``, so a reporter of one's own, or a subclass of this one, can.

    Args:
        endpoint: The server's address; ``LANGWATCH_ENDPOINT`` by default.
        api_key: The key; ``LANGWATCH_API_KEY`` by default.
    """

    def __init__(self, endpoint: str | None = None, api_key: str | None = None) -> None:
        given = {"endpoint": endpoint, "api_key": api_key}
        settings = LangWatchSettings(**{name: value for name, value in given.items() if value is not None})  # pyright: ignore[reportArgumentType]
        self.endpoint = str(settings.endpoint).rstrip("/")
        self.api_key = settings.api_key

    async def post_event(self, event: ScenarioEvent) -> dict[str, Any]:
        """Send one event.

        Raises:
            NotAvailableError: Always; override this method.
        """
        raise NotAvailableError(
            f"{type(event).__name__} was not sent: this version of scenario has no built-in sender. Give the "
            "ScenarioEventBus a reporter with your own `async def post_event(self, event)`."
        )
