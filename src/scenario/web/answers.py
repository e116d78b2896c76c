"""What the server answers: JSON that is always valid, and errors in one form."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from scenario.store.plain import plain, to_json


class RefusedError(Exception):
    """A request that cannot be answered as it was asked.

    Args:
        status: The status of HTTP.
        message: Why, in a sentence, and what to do.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class JsonAnswer(Response):
    """JSON. Numbers that JSON does not have, and halves of characters, are written so that it stays valid."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The bytes of the answer."""
        return to_json(plain(content)).encode()


def error_answer(status: int, message: str) -> JsonAnswer:
    """An error, as every route tells one."""
    return JsonAnswer({"error": message}, status_code=status)
