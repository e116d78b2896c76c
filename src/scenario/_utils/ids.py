"""Identifiers: a readable prefix and a K-sortable part (KSUID, https://github.com/segmentio/ksuid)."""

from __future__ import annotations

import os
import threading
import time

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_EPOCH = 1_400_000_000  # seconds; the protocol's own start of time, 2014-05-13
_LENGTH = 27
_LARGEST = 2**160 - 1
_COUNTED = 4  # characters that an IdSource counts in: 62**4 identifiers from one draw
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_BATCH_VARIABLE = "SCENARIO_BATCH_RUN_ID"
_creating = threading.Lock()


class IdSource:
    """Makes identifiers that follow each other: one draw of chance, and then a count in its last places.

    To draw once for a whole run makes an identifier cost a tenth, and the identifiers of a run look alike.
    """

    def __init__(self) -> None:
        body = _new_body()
        self._stem = body[:-_COUNTED]
        self._count = _value(body[-_COUNTED:])

    def __call__(self, prefix: str) -> str:
        """A new identifier: `prefix`, an underscore, and a KSUID of 27 characters."""
        high, low = divmod(self._count, 3844)
        if high >= 3844:  # the count is used up  # noqa: PLR2004 - 62 * 62, as everywhere here
            self.__init__()
            return self(prefix)
        self._count += 1
        return f"{prefix}_{self._stem}{_PAIRS[high]}{_PAIRS[low]}"


def generate_id(prefix: str) -> str:
    """A new identifier: `prefix`, an underscore, and 27 characters that sort by the second of creation."""
    return f"{prefix}_{_new_body()}"


def _new_body() -> str:
    seconds = int(time.time()) - _EPOCH
    number = (seconds << 128) | int.from_bytes(os.urandom(16))
    parts: list[str] = []
    for _ in range(_LENGTH // 2):
        number, pair = divmod(number, 3844)
        parts.append(_PAIRS[pair])
    parts.append(_ALPHABET[number])
    return "".join(reversed(parts))


def _value(text: str) -> int:
    number = 0
    for character in text:
        number = number * 62 + _ALPHABET.index(character)
    return number


def generate_thread_id() -> str:
    """A new id for a conversation: ``scenariothread_…``."""
    return generate_id("scenariothread")


def generate_scenario_run_id() -> str:
    """A new id for one run of a scenario: ``scenariorun_…``."""
    return generate_id("scenariorun")


def generate_scenario_id() -> str:
    """A new id for a scenario: ``scenario_…``."""
    return generate_id("scenario")


def generate_message_id() -> str:
    """A new id for a message: ``scenariomsg_…``."""
    return generate_id("scenariomsg")


def get_or_create_batch_run_id() -> str:
    """The id that the runs of this process and of its children share.

    Returns:
        The value of ``SCENARIO_BATCH_RUN_ID``. When it is not set, or empty, a new ``scenariobatch_…``
        id, which is written to that variable, so that processes started from here find it.
    """
    if found := os.environ.get(_BATCH_VARIABLE):
        return found
    with _creating:
        if not os.environ.get(_BATCH_VARIABLE):
            os.environ[_BATCH_VARIABLE] = generate_id("scenariobatch")
        return os.environ[_BATCH_VARIABLE]


def get_batch_run_id() -> str:
    """The same as `get_or_create_batch_run_id`, under its other name."""
    return get_or_create_batch_run_id()


def safe_parse_ksuid(text: str) -> bool:
    """Whether `text` is a KSUID, with or without a prefix."""
    body = text.rpartition("_")[2]
    if len(body) != _LENGTH or any(character not in _ALPHABET for character in body):
        return False
    return _value(body) <= _LARGEST
