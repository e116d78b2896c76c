"""Whether a call that failed is tried again, and when. Pure: time and chance are passed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

_LIMITED = 429
_TRANSIENT = frozenset({408, 409})
_SERVER_ERRORS = 500
_NOT_IMPLEMENTED = frozenset({501, 505})
_NO_QUOTA = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


class Trouble(Enum):
    """What kind of failure a try met."""

    LIMITED = "too many requests"
    BUSY = "a passing error of the server"
    BROKEN = "the connection broke"
    TIMED_OUT = "no answer in time"
    UNREACHABLE = "no connection"
    REFUSED = "refused"
    UNREADABLE = "an unreadable answer"


@dataclass(frozen=True)
class Failure:
    """A try that failed.

    Attributes:
        trouble: What kind of failure.
        text: What the server, or the connection, said.
        status: The HTTP status, or None when there was no answer.
        param: The parameter that the server names.
        code: The server's word for the error.
        request_id: The server's id of the request.
        headers: The answer's headers, in small letters.
    """

    trouble: Trouble
    text: str = field(repr=False)  # as it came: it may hold a key
    status: int | None = None
    param: str | None = None
    code: str | None = None
    request_id: str | None = None
    headers: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long to try.

    Attributes:
        retries: The most tries after the first.
        unreachable_retries: The same when there is no connection at all: a server that is not there rarely comes.
        first: The first wait, in seconds; each further one is twice as long.
        longest: The longest wait of our own, in seconds.
        longest_asked: The longest wait that a server may ask for, in seconds; a longer one ends the call.
        total: From when on, in seconds since the first try, no further one begins.
    """

    retries: int = 6
    unreachable_retries: int = 2
    first: float = 0.5
    longest: float = 20.0
    longest_asked: float = 90.0
    total: float = 600.0

    def wait(
        self, failure: Failure, attempt: int, elapsed: float, *, chance: float, now: float
    ) -> float | None:
        """How long to wait before the next try.

        Half of each wait of our own is left to chance, so that many callers do not come back at once.

        Args:
            failure: How the last try failed.
            attempt: How many tries there were.
            elapsed: Seconds since the first.
            chance: A random number from 0 up to 1.
            now: Seconds since the Unix epoch.

        Returns:
            Seconds, or None when it is not tried again.
        """
        if not is_transient(failure) or attempt > self._most(failure):
            return None
        own = min(self.longest, self.first * 2.0 ** (attempt - 1))
        seconds = own * (0.5 + 0.5 * chance)
        asked = retry_after(failure.headers or {}, now)
        if asked is not None:
            if asked > self.longest_asked:
                return None
            seconds = asked + 0.1 * own * chance
        return None if elapsed + seconds > self.total else seconds

    def _most(self, failure: Failure) -> int:
        if failure.trouble is Trouble.UNREACHABLE:
            return min(self.retries, self.unreachable_retries)
        return self.retries


def trouble_of(status: int, code: str | None, headers: Mapping[str, str]) -> Trouble:
    """What kind of failure an answer is.

    Args:
        status: The HTTP status.
        code: The server's word for the error.
        headers: The answer's headers, in small letters. ``x-should-retry`` is OpenAI's.
    """
    if headers.get("x-should-retry") == "false" or code in _NO_QUOTA:
        return Trouble.REFUSED
    if status == _LIMITED:
        return Trouble.LIMITED
    if status in _TRANSIENT or (status >= _SERVER_ERRORS and status not in _NOT_IMPLEMENTED):
        return Trouble.BUSY
    return Trouble.BUSY if headers.get("x-should-retry") == "true" else Trouble.REFUSED


def is_transient(failure: Failure) -> bool:
    """Whether the same request may succeed later."""
    return failure.trouble not in {Trouble.REFUSED, Trouble.UNREADABLE}


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds that a server asks to wait, or None when it does not say.

    Source: RFC 9110, section 10.2.3 (seconds, or a date); ``retry-after-ms`` is OpenAI's.

    Args:
        headers: The answer's headers, in small letters.
        now: Seconds since the Unix epoch.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    text = headers.get("retry-after")
    seconds = _number(text)
    if seconds is not None or text is None:
        return seconds
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - dates are rare

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < float("inf") else None
