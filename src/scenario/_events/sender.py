"""Sending one event over HTTP: the request, its redirects, what an answer means, and when to try again.

Nothing that is said of a failure quotes a request or an exception's text, for these may hold the key.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never
from urllib.parse import urlsplit

from scenario._events.codec import encode
from scenario._events.events import ScenarioEvent
from scenario.errors import ScenarioError

if TYPE_CHECKING:
    from httpx2 import URL, AsyncClient, Response

PATH = "/api/scenario-events"
TIMEOUT = 30.0
"""Seconds for one attempt, redirects included."""
CONNECT_TIMEOUT = 5.0
LONGEST_PAUSE = 10.0
"""The most seconds between two attempts, whatever a server asks for."""
_FIRST_PAUSE = 0.1
_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 307, 308})
_WORTH_ANOTHER_TRY = frozenset({408, 429})
_REFUSED_KEY = frozenset({401, 403})


class UndeliveredError(ScenarioError):
    """An event was given up."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server took the event.

    Attributes:
        url: Where the runs of the set can be seen, if it said so.
    """

    url: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """The server will not take it, however often it is sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The server could not take it now.

    Attributes:
        reason: Why.
        retry_after: Seconds after which it may be tried again, if the server said so.
        reached: Whether there was an answer at all.
    """

    reason: str
    retry_after: float | None = None
    reached: bool = True


Outcome: TypeAlias = Accepted | Refused | Unavailable


class Sender:
    """Knows the server, and sends events to it with whatever client it is given.

    Args:
        endpoint: The server's address, without a slash at its end.
        api_key: The key.
        project_id: The project, for servers that ask for one.

    Attributes:
        host: The server's name.
    """

    def __init__(self, endpoint: str, api_key: str, project_id: str | None) -> None:
        self._url = endpoint + PATH
        self.host = urlsplit(endpoint).hostname or "the server"
        self._headers = {"Authorization": f"Bearer {api_key}", "X-Auth-Token": api_key}
        if project_id:
            self._headers["X-Project-Id"] = project_id
        self._unreachable = False

    async def send(self, client: AsyncClient, event: ScenarioEvent, max_retries: int) -> dict[str, Any]:
        """Send an event, and send it again while that may help.

        While the server cannot be reached at all, each event is tried once only, so that a dead server costs
        its patience once.

        Returns:
            ``{"setUrl": …}`` when the server said where the run can be seen, else ``{}``.

        Raises:
            UndeliveredError: It was given up.
        """
        body, attempt = encode(event), 0
        while True:
            outcome = await self._attempt(client, body)
            match outcome:
                case Accepted(url):
                    self._unreachable = False
                    return {} if url is None else {"setUrl": url}
                case Refused(reason):
                    self._unreachable = False
                    raise UndeliveredError(f"{event.type_}: {reason}")
                case Unavailable(reason, retry_after, reached):
                    self._unreachable = self._unreachable and not reached
                    if attempt >= max_retries or self._unreachable:
                        self._unreachable = not reached
                        raise UndeliveredError(f"{event.type_}: {reason}")
                    await asyncio.sleep(pause(attempt, retry_after))
                    attempt += 1
                case _:
                    assert_never(outcome)

    async def _attempt(self, client: AsyncClient, body: bytes) -> Outcome:
        from httpx2 import TimeoutException, TransportError  # noqa: PLC0415 - loaded with the client

        try:
            async with asyncio.timeout(TIMEOUT):
                return await self._request(client, body)
        except (TimeoutError, TimeoutException):
            return Unavailable(f"{self.host} did not answer in time", reached=False)
        except TransportError as error:
            return Unavailable(f"{self.host} could not be reached ({type(error).__name__})", reached=False)
        except Exception as error:  # noqa: BLE001 - an odd address or key; its text may hold the key
            return Refused(
                f"it could not be sent to {self.host} ({type(error).__name__}); "
                "check LANGWATCH_ENDPOINT and LANGWATCH_API_KEY"
            )

    async def _request(self, client: AsyncClient, body: bytes) -> Outcome:
        """Post the body, and follow redirects with method and body; the key stays with its server."""
        from httpx2 import URL  # noqa: PLC0415 - loaded with the client

        url, secrets = URL(self._url), self._headers
        for _ in range(_MOST_REDIRECTS + 1):
            headers = {"Content-Type": "application/json", **secrets}
            response = await client.post(url, content=body, headers=headers)
            location: str | None = response.headers.get("Location")
            if response.status_code not in _REDIRECTS or location is None:
                return _outcome(self.host, response)
            target = url.join(location)
            if url.scheme == "https" and target.scheme != "https":
                return Refused(f"{self.host} redirects to an address that is not encrypted")
            if not _same_server(url, target):
                secrets = {}
            url = target
        return Refused(f"{self.host} redirects again and again; check LANGWATCH_ENDPOINT")


def pause(attempt: int, retry_after: float | None) -> float:
    """Seconds before the next attempt: what the server asked for, else 0.1, 0.2, 0.4, …; at most 10.

    Args:
        attempt: How many attempts were made again before.
        retry_after: What the server asked for.
    """
    return min(_FIRST_PAUSE * 2**attempt if retry_after is None else retry_after, LONGEST_PAUSE)


def retry_after_of(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a ``Retry-After`` asks for (RFC 9110, section 10.2.3): a number, or a date; None without one.

    Args:
        headers: The answer's.
        now: Seconds since the Unix epoch.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - hardly ever needed

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError):
        return None


def _outcome(host: str, response: Response) -> Outcome:
    """What an answer means."""
    status = response.status_code
    if response.is_success:
        return Accepted(_url_in(response))
    if status >= 500 or status in _WORTH_ANOTHER_TRY:  # noqa: PLR2004 - HTTP's own number
        return Unavailable(f"{host} answered {status}", retry_after_of(response.headers, time.time()))
    advice = "; check LANGWATCH_API_KEY" if status in _REFUSED_KEY else ""
    return Refused(f"{host} answered {status}{advice}")


def _url_in(response: Response) -> str | None:
    try:
        answer: Any = response.json()
    except (ValueError, RecursionError):
        return None  # the status says that the event was taken
    url: Any = answer.get("url") if isinstance(answer, dict) else None
    return url if isinstance(url, str) and url else None


def _same_server(one: URL, other: URL) -> bool:
    """Whether they are the same host and port, or the same host on its way to being encrypted."""
    if (one.scheme, one.host, one.port) == (other.scheme, other.host, other.port):
        return True
    upgraded = (one.scheme, other.scheme) == ("http", "https")
    return upgraded and one.host == other.host and one.port is None and other.port is None
